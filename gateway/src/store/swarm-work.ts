/** How far the members of a swarm are, by the turns of their conversations, which are the truth about it. */
import { sql } from "kysely";
import type { Queries } from "./database.ts";
import type { NodeWork } from "./contract/swarm-store.ts";

export async function nodeWork(queries: Queries, runId: string): Promise<NodeWork[]> {
  const nodes = await queries
    .selectFrom("swarm_nodes")
    .select(["role", "member_id", "conversation_id", "turn_id"])
    .where("run_id", "=", runId)
    .where("conversation_id", "is not", null)
    .where("finished_at", "is", null)
    .execute();
  const work: NodeWork[] = [];
  for (const { role, member_id: memberId, conversation_id: conversationId, turn_id: turnId } of nodes) {
    // Literal states, because SQLite uses a partial index only where the query's text implies its condition.
    const open = await sql<{ state: string }>`
      select 'running' as state from turns where conversation_id = ${conversationId} and state = 'running'
      union all select 'queued' from turns where conversation_id = ${conversationId} and state = 'queued'
    `.execute(queries);
    const answer = await queries
      .selectFrom("messages")
      .innerJoin("turns", "turns.id", "messages.turn_id")
      .select("messages.content")
      .where("messages.group_id", "=", memberId)
      .where("messages.conversation_id", "=", conversationId)
      .where("messages.role", "=", "assistant")
      .where("turns.state", "=", "succeeded")
      .orderBy("messages.id", "desc")
      .limit(1)
      .executeTakeFirst();
    const last = await queries.selectFrom("turns").select("error").where("id", "=", turnId).executeTakeFirst();
    work.push({
      role,
      open: open.rows.length > 0,
      running: open.rows.some(({ state }) => state === "running"),
      answer: answer?.content ?? null,
      error: last?.error ?? null,
    });
  }
  return work;
}
