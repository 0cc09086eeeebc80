/** Gives a task's run its message and its queued turn, inside the transaction that decided so. */
import type { Ids } from "../kit/ids.ts";
import type { RunStart, StartedRun } from "./contract/run-store.ts";
import type { Queries } from "./database.ts";
import { insertMessage } from "./message-rows.ts";
import type { Task, TaskRun } from "./rows.ts";
import { toRun } from "./task-rows.ts";
import { toTurn } from "./turn-rows.ts";

/** A turn of its own and never one that waits already: each run must end by itself. */
export async function startRun(
  queries: Queries,
  ids: Ids,
  { task, run, start, notBefore = null }: { task: Task; run: TaskRun; start: RunStart; notBefore?: number | null },
  now: number,
): Promise<StartedRun> {
  const groupId = start.groupId ?? task.groupId;
  const conversationId = start.conversationId ?? (await ownConversation(queries, ids, { task, run, groupId }, now));
  const turn = await queries
    .insertInto("turns")
    .values({
      id: start.turnId,
      group_id: groupId,
      conversation_id: conversationId,
      state: "queued",
      sender: "scheduler",
      not_before: notBefore,
      queued_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const message = await insertMessage(queries, {
    groupId,
    conversationId,
    turnId: start.turnId,
    role: "user",
    sender: "scheduler",
    content: task.prompt,
    metadata: { context: start.context, taskId: task.id, runId: run.id },
    createdAt: now,
  });
  const started = await queries
    .updateTable("task_runs")
    .set({
      state: "queued",
      tries: run.tries + 1,
      conversation_id: conversationId,
      turn_id: start.turnId,
      started_at: run.startedAt ?? now,
    })
    .where("id", "=", run.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { run: toRun(started), message, turn: toTurn(turn) };
}

/** Its answer goes to the group's chat as a message of its own; here nothing is delivered. */
async function ownConversation(
  queries: Queries,
  ids: Ids,
  { task, run, groupId }: { task: Task; run: TaskRun; groupId: string },
  now: number,
): Promise<string> {
  const known =
    run.conversationId === null
      ? undefined
      : await queries
          .selectFrom("conversations")
          .select("id")
          .where("id", "=", run.conversationId)
          .where("group_id", "=", groupId)
          .executeTakeFirst();
  // Another sandbox since the last try does not have its session.
  if (known) return known.id;
  const id = ids.next();
  await queries
    .insertInto("conversations")
    .values({
      id,
      group_id: groupId,
      channel: "none",
      address: JSON.stringify({ channel: "none" }),
      place: null,
      kind: "task_run",
      title: task.name,
      session_id: null,
      created_at: now,
    })
    .execute();
  return id;
}
