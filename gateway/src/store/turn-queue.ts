/** Which turn is next: the queries behind the dispatcher's choice. */
import { sql } from "kysely";
import type { TurnStore } from "./contract/turn-store.ts";
import type { Queries } from "./database.ts";
import { toTurn, type TurnRow } from "./turn-rows.ts";
import type { Turn } from "./rows.ts";

// The state conditions are literal text, because SQLite uses a partial index only where the query's text implies its condition.

export async function openTurns(queries: Queries, groupId: string | undefined): Promise<Turn[]> {
  let select = queries
    .selectFrom("turns")
    .selectAll()
    .where(sql<boolean>`state in ('queued', 'running')`);
  // The plus keeps the planner on the index of open turns, which are few.
  if (groupId !== undefined) select = select.where(sql`+group_id`, "=", groupId);
  const rows = await select.orderBy("position").execute();
  return rows.map(toTurn);
}

export async function runnableConversations(queries: Queries, now: number): ReturnType<TurnStore["runnable"]> {
  const { rows } = await sql<{ conversationId: string; groupId: string; queuedAt: number }>`
    with heads as (
      select min(position) as position from turns where state = 'queued' group by conversation_id
    )
    select turns.conversation_id as "conversationId", turns.group_id as "groupId", turns.queued_at as "queuedAt"
    from heads cross join turns on turns.position = heads.position
    where coalesce(turns.not_before, 0) <= ${now}
      and not exists (
        select 1 from turns as busy where busy.conversation_id = turns.conversation_id and busy.state = 'running'
      )
    order by turns.position
  `.execute(queries);
  return rows.map(({ conversationId, groupId, queuedAt }) => ({ conversationId, groupId, queuedAt }));
}

export async function nextWaitingTurn(queries: Queries, now: number): Promise<number | null> {
  const row = await queries
    .selectFrom("turns")
    .select((select) => select.fn.min("not_before").as("at"))
    .where(sql<boolean>`state = 'queued' and not_before is not null`)
    .where("not_before", ">", now)
    .executeTakeFirstOrThrow();
  return row.at;
}

/** When a turn that begins now must be over: a task's own limit may make that sooner. */
export async function deadlineOf(queries: Queries, turn: TurnRow, deadlineAt: number, now: number): Promise<number> {
  if (turn.sender !== "scheduler") return deadlineAt;
  const task = await queries
    .selectFrom("task_runs")
    .innerJoin("scheduled_tasks", "scheduled_tasks.id", "task_runs.task_id")
    .select("scheduled_tasks.max_duration_ms")
    .where("task_runs.turn_id", "=", turn.id)
    .executeTakeFirst();
  const limit = task?.max_duration_ms ?? null;
  return limit === null ? deadlineAt : Math.min(deadlineAt, now + limit);
}

/** The conversation's oldest queued turn, if it may run now and none runs. */
export async function nextTurn(queries: Queries, conversationId: string, now: number): Promise<TurnRow | null> {
  const running = await queries
    .selectFrom("turns")
    .select("id")
    .where("conversation_id", "=", conversationId)
    .where(sql<boolean>`state = 'running'`)
    .executeTakeFirst();
  if (running) return null;
  const next = await queries
    .selectFrom("turns")
    .selectAll()
    .where("conversation_id", "=", conversationId)
    .where(sql<boolean>`state = 'queued'`)
    .orderBy("position")
    .limit(1)
    .executeTakeFirst();
  return next && (next.not_before ?? 0) <= now ? next : null;
}
