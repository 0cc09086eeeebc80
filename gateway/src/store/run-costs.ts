/** What runs of tasks have cost: the metered calls of their turns, and where none were metered Claude Code's own estimate. */
import type { Queries } from "./database.ts";
import type { TaskRun } from "./rows.ts";
import { readUsage } from "./turn-rows.ts";

/** In US dollars, by the run's id, with all its tries so far; without the runs of which nothing is known. */
export async function runCosts(
  queries: Queries,
  runs: readonly Pick<TaskRun, "id" | "conversationId" | "turnId">[],
): Promise<Map<string, number>> {
  const turns = await turnsOf(queries, runs);
  const calls = await queries
    .selectFrom("model_calls")
    .select(["turn_id", (select) => select.fn.sum<number>("cost_usd").as("cost")])
    .where("turn_id", "in", [...turns.keys(), ""])
    .groupBy("turn_id")
    .execute();
  const metered = new Map(calls.map((row) => [row.turn_id, row.cost]));
  const costs = new Map<string, number>();
  for (const [turnId, { runId, usage }] of turns) {
    const cost = metered.get(turnId) || (readUsage(usage)?.costUsd ?? 0);
    if (cost > 0) costs.set(runId, (costs.get(runId) ?? 0) + cost);
  }
  return costs;
}

/** The turns of a run's own conversation, and the run's turn in a conversation that others share. */
async function turnsOf(
  queries: Queries,
  runs: readonly Pick<TaskRun, "id" | "conversationId" | "turnId">[],
): Promise<Map<string, { runId: string; usage: string | null }>> {
  const ofConversation = new Map(runs.map((run) => [run.conversationId ?? "", run.id]));
  const ofTurn = new Map(runs.map((run) => [run.turnId ?? "", run.id]));
  const own = await queries
    .selectFrom("turns")
    .innerJoin("conversations", "conversations.id", "turns.conversation_id")
    .select(["turns.id", "turns.conversation_id", "turns.usage"])
    .where("turns.conversation_id", "in", [...ofConversation.keys()])
    .where("conversations.kind", "=", "task_run")
    .execute();
  const last = await queries
    .selectFrom("turns")
    .select(["id", "usage"])
    .where("id", "in", [...ofTurn.keys()])
    .execute();
  const turns = new Map<string, { runId: string; usage: string | null }>();
  for (const { id, conversation_id: conversationId, usage } of own) {
    turns.set(id, { runId: ofConversation.get(conversationId) ?? "", usage });
  }
  for (const { id, usage } of last) turns.set(id, { runId: ofTurn.get(id) ?? "", usage });
  return turns;
}
