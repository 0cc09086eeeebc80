/** Forgets the conversations of tasks' runs that are forgotten themselves: nobody can find them any more. */
import { sql } from "kysely";
import type { Database, Queries } from "./database.ts";

/** Looked at in one transaction; few of them are to go. */
const conversationsALook = 200;

/** Returns how many there were. One whose turn still waits or works stays until that is over. */
export async function forgetRunConversations(database: Database): Promise<number> {
  let forgotten = 0;
  let last = "";
  for (;;) {
    const after = last;
    const look = await database.write("forget the conversations of old runs", (queries) => forgetSome(queries, after));
    forgotten += look.forgotten;
    if (look.last === null) return forgotten;
    last = look.last;
  }
}

async function forgetSome(queries: Queries, after: string): Promise<{ forgotten: number; last: string | null }> {
  const rows = await queries
    .selectFrom("conversations")
    .select("id")
    .select(sql<number>`exists (select 1 from task_runs where conversation_id = conversations.id)`.as("run"))
    .select(
      sql<number>`exists (select 1 from turns where conversation_id = conversations.id and +finished_at is null)`.as(
        "open",
      ),
    )
    .where(sql<boolean>`kind = 'task_run'`)
    .where("id", ">", after)
    .orderBy("id")
    .limit(conversationsALook)
    .execute();
  const gone = rows.filter((row) => row.run === 0 && row.open === 0).map((row) => row.id);
  for (const id of gone) await forget(queries, id);
  return { forgotten: gone.length, last: rows.length < conversationsALook ? null : (rows.at(-1)?.id ?? null) };
}

async function forget(queries: Queries, conversationId: string): Promise<void> {
  const turns = (
    await queries.selectFrom("turns").select("id").where("conversation_id", "=", conversationId).execute()
  ).map((turn) => turn.id);
  const group = await queries
    .selectFrom("conversations")
    .select("group_id")
    .where("id", "=", conversationId)
    .executeTakeFirstOrThrow();
  // What the agent said in the group's chat meanwhile stays there.
  await queries.updateTable("messages").set({ turn_id: null }).where("turn_id", "in", turns).execute();
  await queries.deleteFrom("turn_events").where("turn_id", "in", turns).execute();
  await queries.deleteFrom("idempotency_keys").where("conversation_id", "=", conversationId).execute();
  await queries
    .deleteFrom("messages")
    .where("group_id", "=", group.group_id)
    .where("conversation_id", "=", conversationId)
    .execute();
  await queries.deleteFrom("turns").where("id", "in", turns).execute();
  await queries.deleteFrom("conversations").where("id", "=", conversationId).execute();
}
