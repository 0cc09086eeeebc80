/** Which sandboxes of an earlier life of the gateway may go on: only those of which redaction knows everything that they were given. */
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { TurnStore } from "../store/contract/turn-store.ts";
import type { SandboxRow } from "../store/rows.ts";

export interface AdoptionParts {
  turns: Pick<TurnStore, "open">;
  /** Values that were replaced or deleted cannot be read. */
  isVaultLocked: () => Promise<boolean>;
  /** Rejects where the secrets of a group cannot be read. */
  checkSecrets: (groupId: string) => Promise<void>;
}

/** Why one must end instead, or null. What is out of date and works may end its turns first. */
export function adoptionRule(parts: AdoptionParts): (sandbox: SandboxRow) => Promise<string | null> {
  return async ({ groupId, generation, isOutdated }) => {
    try {
      await parts.checkSecrets(groupId);
    } catch (error) {
      if (!(error instanceof PraktorError)) throw error;
      return errorMessage(error);
    }
    if (!isOutdated) return null;
    if (await parts.isVaultLocked()) return "The vault is locked, and it may have secrets that have changed since.";
    const isBusy = (await parts.turns.open()).some(
      (turn) => turn.state === "running" && turn.groupId === groupId && turn.sandboxGeneration === generation,
    );
    return isBusy ? null : "Its group's secrets have changed since it was started.";
  };
}
