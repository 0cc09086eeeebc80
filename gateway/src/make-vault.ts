/** The vault with what it needs of the other rooms. */
import type { Settings } from "./config/schema.ts";
import type { Audit } from "./kit/audit.ts";
import type { Logger } from "./kit/logger.ts";
import type { Store } from "./store/contract.ts";
import { VaultDesk, type VaultDeskOptions } from "./vault-desk.ts";
import { secretSource } from "./vault/file-guard.ts";
import type { Redactor } from "./vault/redactor.ts";
import { Vault, type GivenSecret } from "./vault/vault.ts";

export interface VaultParts {
  store: Store;
  redactor: Redactor;
  audit: Audit;
  log: Logger;
  /** See `VaultDeskOptions`. */
  refresh: VaultDeskOptions["refresh"];
}

export interface MadeVault {
  desk: VaultDesk;
  /** A task's own sandbox works for its group; a swarm's member has what it was given itself. */
  secretsOf: (groupId: string) => Promise<GivenSecret[]>;
  /** As which the redactor knows them, with those that a sandbox may still have from before. */
  sourcesOf: (groupId: string) => Promise<string[]>;
  isLocked: () => Promise<boolean>;
}

/** It is open, where the settings have its key. */
export async function makeVault(settings: Settings, parts: VaultParts): Promise<MadeVault> {
  const { store, redactor, audit, log, refresh } = parts;
  const vault = new Vault({
    store: store.vault,
    logger: log,
    passphrase: settings.vault.passphrase,
    keyFile: settings.vault.key_file,
    onValues: (secrets) => {
      for (const [name, same] of Map.groupBy(secrets, (secret) => secret.name)) {
        redactor.know(
          secretSource(name),
          same.map(({ value }) => value),
        );
      }
    },
  });
  await vault.start();
  const withTasks = async (groupIds: readonly string[]): Promise<string[]> => {
    const tasks = (await store.groups.all()).filter(({ kind }) => kind === "task");
    return [...groupIds, ...tasks.filter(({ parentId }) => groupIds.includes(parentId ?? "")).map(({ id }) => id)];
  };
  const ownerOf = async (groupId: string): Promise<string> => {
    const group = await store.groups.get(groupId);
    return group?.kind === "task" ? (group.parentId ?? groupId) : groupId;
  };
  return {
    desk: new VaultDesk({
      vault,
      audit,
      groups: store.groups,
      refresh: async (groupIds) => await refresh(await withTasks(groupIds)),
    }),
    isLocked: async () => (await vault.state()).state === "locked",
    secretsOf: async (groupId) => await vault.given(await ownerOf(groupId)),
    sourcesOf: async (groupId) => {
      const owner = await ownerOf(groupId);
      const [assigned, taken] = await Promise.all([store.vault.assignments(owner), store.vault.taken(owner)]);
      return [...new Set([...assigned.map(({ secretName }) => secretName), ...taken])].map(secretSource);
    },
  };
}
