/** Facts of runners as stored events, once each. */
import { sql } from "kysely";
import { z } from "zod";
import type { FactOutput } from "@praktor/protocol/agent-output";
import type { Queries } from "./database.ts";
import type { TurnEvent } from "./rows.ts";
import type { TurnRow } from "./turn-rows.ts";

const Data = z.record(z.string(), z.unknown());

/** Whether a fact belongs to the running attempt of the turn; `duplicate` when it was stored before, also by a turn that ended since. */
export async function placeFact(
  queries: Queries,
  groupId: string,
  fact: FactOutput,
  turn: TurnRow | undefined,
): Promise<"current" | "duplicate" | "stale" | "unknown"> {
  if (!turn || turn.group_id !== groupId || turn.conversation_id !== fact.conversationId) return "unknown";
  const isCurrent = turn.state === "running" && turn.attempt === fact.attempt;
  // Whatever ends a turn does so in the transaction that stores it: in a running turn, a number used before is the runner's mistake and must not cost the answer.
  if (isCurrent && fact.type === "result") return "current";
  const stored = await queries
    .selectFrom("turn_events")
    .select("id")
    .where("turn_id", "=", fact.turnId)
    .where("attempt", "=", fact.attempt)
    .where("seq", "=", fact.seq)
    .executeTakeFirst();
  if (stored) return "duplicate";
  return isCurrent ? "current" : "stale";
}

export async function storeFact(queries: Queries, fact: FactOutput, now: number): Promise<void> {
  const { type, turnId, conversationId: _, attempt, seq, ...data } = fact;
  await queries
    .insertInto("turn_events")
    .values({ turn_id: turnId, attempt, seq, type, data: JSON.stringify(data), created_at: now })
    .onConflict((conflict) => conflict.columns(["turn_id", "attempt", "seq"]).doNothing())
    .execute();
}

/** Of ended turns that called tools, by turn. */
export async function workOf(
  queries: Queries,
  turnIds: readonly string[],
): Promise<Map<string, { steps: number; durationMs: number }>> {
  if (turnIds.length === 0) return new Map();
  const rows = await queries
    .selectFrom("turns")
    .innerJoin("turn_events", (join) =>
      join.onRef("turn_events.turn_id", "=", "turns.id").onRef("turn_events.attempt", "=", "turns.attempt"),
    )
    .select(["turns.id", "turns.started_at", "turns.finished_at"])
    .select(sql<number>`count(distinct turn_events.data ->> '$.toolUseId')`.as("steps"))
    .where("turns.id", "in", turnIds)
    .where("turns.finished_at", "is not", null)
    .where("turn_events.type", "=", "tool")
    .groupBy("turns.id")
    .execute();
  return new Map(
    rows.map((row) => [
      row.id,
      { steps: row.steps, durationMs: Math.max(0, (row.finished_at ?? 0) - (row.started_at ?? row.finished_at ?? 0)) },
    ]),
  );
}

export async function currentEvents(queries: Queries, turnId: string): Promise<TurnEvent[]> {
  const rows = await queries
    .selectFrom("turn_events")
    .selectAll()
    .where("turn_id", "=", turnId)
    .where("attempt", "=", (select) => select.selectFrom("turns").select("attempt").where("id", "=", turnId))
    .orderBy("seq")
    .execute();
  return rows.map((row) => ({
    turnId: row.turn_id,
    attempt: row.attempt,
    seq: row.seq,
    type: row.type,
    data: Data.parse(JSON.parse(row.data)),
    createdAt: row.created_at,
  }));
}
