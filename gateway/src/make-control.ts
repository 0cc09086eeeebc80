/** The command line's socket with what it may ask for. */
import { swarmFolder } from "@praktor/protocol/subjects";
import type { Settings } from "./config/schema.ts";
import { commandLine, type Audit } from "./kit/audit.ts";
import type { Logger } from "./kit/logger.ts";
import { PraktorError } from "./kit/praktor-error.ts";
import { LocalControl } from "./local-control.ts";
import type { Group } from "./store/rows.ts";
import type { GroupStore } from "./store/contract/group-store.ts";
import type { Pairing } from "./telegram/pairing.ts";
import type { VaultDesk } from "./vault-desk.ts";
import { obeyVaultOrder } from "./vault-orders.ts";

export interface ControlParts {
  log: Logger;
  audit: Audit;
  vaultDesk: VaultDesk;
  installId: string;
  groups: Pick<GroupStore, "all">;
  /** Null where Telegram is off. */
  pairing: Pairing | null;
}

export function makeControl(settings: Settings, parts: ControlParts): LocalControl {
  const { log, audit, vaultDesk, installId, groups, pairing } = parts;
  return new LocalControl({
    storePath: settings.store.path,
    logger: log,
    vault: (order) => obeyVaultOrder(vaultDesk, order),
    belongings: async () => ({ install: installId, folders: foldersOf(await groups.all()) }),
    keep: (done) => audit.record({ actor: commandLine, ...done }),
    offerPairing: async () => {
      if (pairing) {
        audit.record({ actor: commandLine, action: "pairing.offer", outcome: "ok" });
        return await pairing.offer();
      }
      throw new PraktorError("telegram_off", "Nobody can pair: Telegram is off.", {
        hint: "Set telegram.token (PRAKTOR_TELEGRAM_TOKEN) and start Praktor again.",
      });
    },
  });
}

/** Of everything in the engine that is a group's, a task's or a swarm's: also of what the members of a swarm share, until its run is deleted. */
export function foldersOf(groups: readonly Pick<Group, "folder" | "swarmId">[]): string[] {
  const folders = groups.flatMap(({ folder, swarmId }) =>
    swarmId === null ? [folder] : [folder, swarmFolder(swarmId)],
  );
  return [...new Set(folders)];
}
