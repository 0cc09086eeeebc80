/** Takes a secret away from a group, at the second press. */
import type { SecretView } from "@praktor/protocol/vault";
import { useState } from "react";
import { unassignSecret } from "../api/vault-endpoints.ts";
import { Button } from "../components/button.tsx";
import { en } from "../text/en.ts";
import { useVaultChange } from "./use-vault-change.ts";

const t = en.vault;

export interface UnassignSecretProps {
  name: string;
  place: SecretView["groups"][number];
}

export const UnassignSecret = ({ name, place }: UnassignSecretProps) => {
  const [asked, setAsked] = useState(false);
  const take = useVaultChange({
    change: () => unassignSecret(name, place.group_id),
    done: t.taken(name, place.group_name),
    failed: t.takeFailed(name, place.group_name),
  });
  return (
    <Button
      size="sm"
      variant={asked ? "danger" : "ghost"}
      disabled={take.isPending}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? take.mutate() : setAsked(true))}
    >
      {asked ? t.takeSure : t.take}
      <span className="sr-only">: {t.takeOf(name, place.group_name)}</span>
    </Button>
  );
};
