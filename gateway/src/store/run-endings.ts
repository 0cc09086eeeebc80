/** What stands at the end of a task's run, inside the transaction that ends it. */
import { sql } from "kysely";
import type { TaskWord } from "./contract/run-store.ts";
import { conversationTarget } from "./conversations-repository.ts";
import type { Queries } from "./database.ts";
import type { Message, TaskRun } from "./rows.ts";
import { speak } from "./spoken.ts";
import { toRun } from "./task-rows.ts";

/** Literal text, because SQLite uses a partial index only where the query's text implies its condition. */
export const isOpen = sql<boolean>`task_runs.state in ('waiting', 'queued')`;

export async function sayAll(
  queries: Queries,
  words: readonly TaskWord[],
  metadata: Record<string, unknown>,
  now: number,
): Promise<Message[]> {
  const messages: Message[] = [];
  for (const word of words) {
    const target = await conversationTarget(queries, word.conversationId);
    messages.push(await speak(queries, target, { turnId: null, ...word, metadata }, now));
  }
  return messages;
}

/** With the task's last result. */
export async function skipRun(queries: Queries, run: TaskRun, error: string, now: number): Promise<TaskRun> {
  const row = await queries
    .updateTable("task_runs")
    .set({ state: "skipped", error, finished_at: now })
    .where("id", "=", run.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await queries
    .updateTable("scheduled_tasks")
    .set({ last_run_at: run.scheduledFor, last_status: "skipped", last_error: error })
    .where("id", "=", run.taskId)
    .execute();
  return toRun(row);
}

/** A task without a next run whose last one is over has nothing more to do. */
export async function completeWhenOver(queries: Queries, taskId: string): Promise<void> {
  await queries
    .updateTable("scheduled_tasks")
    .set({ status: "completed" })
    .where("id", "=", taskId)
    .where("status", "=", "active")
    .where("next_run_at", "is", null)
    .where((where) =>
      where.not(
        where.exists(where.selectFrom("task_runs").select("task_runs.id").where("task_id", "=", taskId).where(isOpen)),
      ),
    )
    .execute();
}
