/** The small board that the members of a swarm share. */
import { sql } from "kysely";
import type { SwarmEntry, SwarmStore } from "./contract/swarm-store.ts";
import type { Queries } from "./database.ts";

export async function boardOf(queries: Queries, runId: string): Promise<SwarmEntry[]> {
  const rows = await queries.selectFrom("swarm_board").selectAll().where("run_id", "=", runId).execute();
  return rows.map(({ key, value, author, updated_at: updatedAt }) => ({ key, value, author, updatedAt }));
}

/** See `SwarmStore.writeBoard`. */
export async function writeOnBoard(
  queries: Queries,
  { runId, author, key, value, most, mostBytes }: Parameters<SwarmStore["writeBoard"]>[0],
  updatedAt: number,
): ReturnType<SwarmStore["writeBoard"]> {
  const run = await queries.selectFrom("swarm_runs").select("status").where("id", "=", runId).executeTakeFirst();
  if (run?.status !== "running") return null;
  const others = await queries
    .selectFrom("swarm_board")
    .select((select) => select.fn.countAll<number>().as("count"))
    .select(sql<number>`coalesce(sum(octet_length(key) + octet_length(value)), 0)`.as("bytes"))
    .where("run_id", "=", runId)
    .where("key", "!=", key)
    .executeTakeFirstOrThrow();
  const bytes = others.bytes + Buffer.byteLength(key) + Buffer.byteLength(value);
  if (value !== "" && (others.count >= most || bytes > mostBytes)) return "full";
  await queries.deleteFrom("swarm_board").where("run_id", "=", runId).where("key", "=", key).execute();
  if (value !== "") {
    await queries
      .insertInto("swarm_board")
      .values({ run_id: runId, key, value, author, updated_at: updatedAt })
      .execute();
  }
  return { key, value, author, updatedAt };
}
