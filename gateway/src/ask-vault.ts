/** The command line's way to the vault: the running gateway's socket, or the database itself while no gateway runs. */
import type { VaultOrder } from "@praktor/protocol/vault";
import { z } from "zod";
import type { Settings } from "./config/schema.ts";
import { systemClock } from "./kit/clock.ts";
import { timeSortedIds } from "./kit/ids.ts";
import { silentLogger } from "./kit/logger.ts";
import { PraktorError } from "./kit/praktor-error.ts";
import { askGateway } from "./local-control.ts";
import { SqliteStore } from "./store/sqlite-store.ts";
import { VaultDesk } from "./vault-desk.ts";
import { obeyVaultOrder } from "./vault-orders.ts";
import { Vault } from "./vault/vault.ts";

/** Rejects with a `PraktorError` that may be shown. Only a first secret may come before the gateway's first start, and makes the database. */
export async function askVault<Answer>(
  settings: Settings,
  order: VaultOrder,
  answer: z.ZodType<Answer>,
): Promise<Answer> {
  try {
    return await askGateway(settings.store.path, "/vault", order, answer);
  } catch (error) {
    if (!(error instanceof PraktorError)) throw error;
    const isFirst = error.code === "not_installed" && order.type === "set" && hasKey(settings);
    if (error.code !== "not_running" && !isFirst) throw error;
  }
  // The database's own lock keeps out a gateway that runs and does not answer.
  await using store = await SqliteStore.open({
    path: settings.store.path,
    clock: systemClock,
    ids: timeSortedIds(systemClock),
    logger: silentLogger,
  });
  const { passphrase, key_file: keyFile } = settings.vault;
  const vault = new Vault({ store: store.vault, logger: silentLogger, passphrase, keyFile, onValues: () => {} });
  const lines: Promise<void>[] = [];
  const desk = new VaultDesk({
    vault,
    audit: { record: (entry) => void lines.push(store.audit.add(entry)) },
    groups: store.groups,
    // What an earlier gateway left running is replaced by the next: the change has marked it in the store.
    refresh: () => Promise.resolve({ restarted: [], later: [] }),
  });
  try {
    return answer.parse(await obeyVaultOrder(desk, order));
  } finally {
    await Promise.all(lines);
  }
}

const hasKey = ({ vault }: Settings): boolean => vault.passphrase !== undefined || vault.key_file !== undefined;
