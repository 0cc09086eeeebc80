/** What somebody has done to the machine on the command line, into the audit log: over the running gateway's socket, or in the database itself while none runs. */
import { z } from "zod";
import { commandLine } from "./kit/audit.ts";
import { systemClock } from "./kit/clock.ts";
import { timeSortedIds } from "./kit/ids.ts";
import { silentLogger } from "./kit/logger.ts";
import { PraktorError } from "./kit/praktor-error.ts";
import { askGateway, type DoneCommand } from "./local-control.ts";
import { SqliteStore } from "./store/sqlite-store.ts";

/** Where there is no database yet, nothing is kept. Rejects when it could not be. */
export async function keepCommand(storePath: string, done: DoneCommand): Promise<void> {
  try {
    await askGateway(storePath, "/audit", done, z.unknown());
    return;
  } catch (error) {
    if (!(error instanceof PraktorError)) throw error;
    if (error.code === "not_installed") return;
    if (error.code !== "not_running") throw error;
  }
  // The database's own lock keeps out a gateway that runs and does not answer.
  const ids = timeSortedIds(systemClock);
  await using store = await SqliteStore.open({ path: storePath, clock: systemClock, ids, logger: silentLogger });
  await store.audit.add({ actor: commandLine, ...done });
}
