/** A change to the vault: what is said of it, with what it means for agents that run, and the list renewed. */
import type { VaultChange } from "@praktor/protocol/vault";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { vaultQuery } from "../api/vault-endpoints.ts";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { en } from "../text/en.ts";

export interface VaultChangeOptions {
  change: () => Promise<VaultChange>;
  done: string;
  /** Absent: the form says it where it is to be mended. */
  failed?: string;
  onDone?: () => void;
}

export const useVaultChange = ({
  change,
  done,
  failed,
  onDone,
}: VaultChangeOptions): UseMutationResult<VaultChange, Error, void> => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: ({ restarted, restart_later: later }) => {
      toastDone([done, en.vault.restarts(restarted.length, later.length)].filter((text) => text !== "").join(" "));
      onDone?.();
    },
    onError: (error) => {
      if (failed !== undefined) toastFailed(failed, error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: vaultQuery.queryKey }),
  });
};
