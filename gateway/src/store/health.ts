/** Whether the database takes writes now. */
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Database } from "./database.ts";

/** More than what a turn writes at once, so that "healthy" means that work can go on. */
const PROBE_BYTES = 32 * 1024;

/** Writes fresh pages to the log, reads them and removes them: changing a row in place would succeed on a full disk. */
export async function checkHealth(database: Database, clock: Clock): Promise<{ ok: boolean; detail: string }> {
  try {
    const written = await database.write("write to its database", (queries) =>
      queries
        .insertInto("health_probe")
        .values({ checked_at: clock.now(), filler: sql<Uint8Array>`randomblob(${PROBE_BYTES})` })
        .returning("id")
        .executeTakeFirstOrThrow(),
    );
    const read = await database.write("read from its database", async (queries) => {
      const row = await queries
        .selectFrom("health_probe")
        .select(sql<number>`length(filler)`.as("bytes"))
        .where("id", "=", written.id)
        .executeTakeFirst();
      await queries.deleteFrom("health_probe").execute();
      return row?.bytes;
    });
    return read === PROBE_BYTES
      ? { ok: true, detail: "The database takes writes." }
      : { ok: false, detail: "The database lost a row that was just written." };
  } catch (error) {
    return { ok: false, detail: errorMessage(error) };
  }
}
