/** The runs of scheduled tasks in SQLite. */
import { sql } from "kysely";
import type { Address } from "@praktor/protocol/address";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import { chatKey } from "./address-place.ts";
import type { RunStart, RunStore, StartedRun } from "./contract/run-store.ts";
import type { Database, Queries } from "./database.ts";
import { selectMessages, toDelivery, toMessage, worstDelivery } from "./message-rows.ts";
import type { DeliveryState, Task, TaskRun } from "./rows.ts";
import { completeWhenOver, isOpen, sayAll, skipRun } from "./run-endings.ts";
import { runCosts } from "./run-costs.ts";
import { startRun } from "./start-run.ts";
import { findRun, findTask, toRun, toTask } from "./task-rows.ts";
import { findTurn, toTurn } from "./turn-rows.ts";

export class TaskRunsRepository implements RunStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(database: Database, clock: Clock, ids: Ids) {
    this.#database = database;
    this.#clock = clock;
    this.#ids = ids;
  }

  claim(claim: Parameters<RunStore["claim"]>[0]): ReturnType<RunStore["claim"]> {
    const now = this.#clock.now();
    return this.#database.write(`claim what is due of the task ${claim.taskId}`, async (queries) => {
      const moved = await queries
        .updateTable("scheduled_tasks")
        .set({ next_run_at: claim.nextRunAt })
        .where("id", "=", claim.taskId)
        .where("status", "=", "active")
        .where("next_run_at", "=", claim.dueAt)
        .returningAll()
        .executeTakeFirst();
      if (!moved) return null;
      const runs: TaskRun[] = [];
      for (const { runId, scheduledFor, error } of claim.missed) {
        const missed = await this.#insert(queries, toTask(moved), { runId, scheduledFor, trigger: "schedule" }, now);
        if (missed) runs.push(await skipRun(queries, missed, error, now));
      }
      let started: StartedRun | null = null;
      if (claim.run) {
        const begun = await this.#begin(
          queries,
          toTask(moved),
          { ...claim.run, trigger: "schedule" },
          claim.maxWaiting,
        );
        if (begun) runs.push(begun.run);
        started = begun?.started ?? null;
      }
      const messages = await sayAll(queries, claim.say, { taskId: claim.taskId }, now);
      await completeWhenOver(queries, claim.taskId);
      return { task: toTask((await findTask(queries, claim.taskId)) ?? moved), runs, started, messages };
    });
  }

  runNow(start: Parameters<RunStore["runNow"]>[0]): ReturnType<RunStore["runNow"]> {
    return this.#database.write(`run the task ${start.taskId}`, async (queries) => {
      const task = await findTask(queries, start.taskId);
      if (!task) return null;
      const { latest } = await queries
        .selectFrom("task_runs")
        .select((select) => select.fn.max("scheduled_for").as("latest"))
        .where("task_id", "=", start.taskId)
        .executeTakeFirstOrThrow();
      // The moment may be taken by the series.
      const now = this.#clock.now();
      const scheduledFor = latest === now ? now + 1 : now;
      return await this.#begin(queries, toTask(task), { ...start, scheduledFor, trigger: "manual" }, start.maxWaiting);
    });
  }

  ended(limit: number): ReturnType<RunStore["ended"]> {
    return this.#database.write("find the runs that ended", async (queries) => {
      const rows = await queries
        .selectFrom("task_runs")
        .innerJoin("turns", "turns.id", "task_runs.turn_id")
        .selectAll("task_runs")
        .where(isOpen)
        .where("turns.finished_at", "is not", null)
        .orderBy("task_runs.scheduled_for")
        .limit(limit)
        .execute();
      const ended: Awaited<ReturnType<RunStore["ended"]>> = [];
      for (const row of rows) {
        const task = await findTask(queries, row.task_id);
        const turn = await findTurn(queries, row.turn_id ?? "");
        if (!task || !turn) continue;
        const word = await selectMessages(queries)
          .where("turn_id", "=", turn.id)
          .where("role", "in", ["assistant", "notice"])
          .orderBy("messages.id", "desc")
          .limit(1)
          .executeTakeFirst();
        ended.push({ run: toRun(row), task: toTask(task), turn: toTurn(turn), word: word ? toMessage(word) : null });
      }
      return ended;
    });
  }

  retry(again: Parameters<RunStore["retry"]>[0]): Promise<StartedRun | null> {
    const now = this.#clock.now();
    return this.#database.write(`try the run ${again.runId} again`, async (queries) => {
      const row = await findRun(queries, again.runId);
      const task =
        row?.state === "queued" && row.turn_id === again.endedTurnId ? await findTask(queries, row.task_id) : null;
      if (!row || !task) return null;
      const { notBefore } = again;
      return await startRun(queries, this.#ids, { task: toTask(task), run: toRun(row), start: again, notBefore }, now);
    });
  }

  settle(end: Parameters<RunStore["settle"]>[0]): ReturnType<RunStore["settle"]> {
    const now = this.#clock.now();
    return this.#database.write(`end the run ${end.runId}`, async (queries) => {
      const known = await findRun(queries, end.runId);
      if (!known || known.finished_at !== null) return null;
      const messages = await sayAll(queries, end.say, { taskId: known.task_id, runId: known.id }, now);
      const run = await queries
        .updateTable("task_runs")
        .set({ state: end.state, error: end.error, message_id: messages[0]?.id ?? end.messageId, finished_at: now })
        .where("id", "=", end.runId)
        .returningAll()
        .executeTakeFirstOrThrow();
      const row = await queries
        .updateTable("scheduled_tasks")
        .set({
          last_run_at: run.scheduled_for,
          last_status: end.state,
          last_error: end.error,
          ...(end.state === "skipped"
            ? {}
            : { failures_in_row: end.state === "failed" ? sql`failures_in_row + 1` : 0 }),
        })
        .where("id", "=", run.task_id)
        .returningAll()
        .executeTakeFirstOrThrow();
      await completeWhenOver(queries, run.task_id);
      return { run: toRun(run), task: toTask((await findTask(queries, run.task_id)) ?? row), messages };
    });
  }

  startable(): ReturnType<RunStore["startable"]> {
    return this.#database.write("find the runs that may start", async (queries) => {
      const { rows } = await sql<{ id: string; taskId: string }>`
        select task_runs.id as id, task_runs.task_id as "taskId" from task_runs
        where ${isOpen} and task_runs.state = 'waiting' and not exists (
          select 1 from task_runs as earlier where earlier.task_id = task_runs.task_id
            and earlier.state in ('waiting', 'queued')
            and (earlier.state = 'queued' or earlier.scheduled_for < task_runs.scheduled_for)
        )
      `.execute(queries);
      const startable: { run: TaskRun; task: Task }[] = [];
      for (const { id, taskId } of rows) {
        const [run, task] = [await findRun(queries, id), await findTask(queries, taskId)];
        if (run && task) startable.push({ run: toRun(run), task: toTask(task) });
      }
      return startable;
    });
  }

  startWaiting(start: RunStart): Promise<StartedRun | null> {
    const now = this.#clock.now();
    return this.#database.write(`start the run ${start.runId}`, async (queries) => {
      const row = await findRun(queries, start.runId);
      const task = row?.state === "waiting" ? await findTask(queries, row.task_id) : null;
      if (!row || !task) return null;
      return await startRun(queries, this.#ids, { task: toTask(task), run: toRun(row), start }, now);
    });
  }

  history(taskId: string, limit: number): ReturnType<RunStore["history"]> {
    return this.#database.write(`read the runs of the task ${taskId}`, async (queries) => {
      const rows = await queries
        .selectFrom("task_runs")
        .selectAll()
        .where("task_id", "=", taskId)
        .orderBy("scheduled_for", "desc")
        .limit(limit)
        .execute();
      const ids = rows.map((row) => row.message_id).filter((id) => id !== null);
      const messages = ids.length === 0 ? [] : await selectMessages(queries).where("messages.id", "in", ids).execute();
      const delivery = new Map(messages.map((row) => [row.id, toMessage(row).delivery]));
      const runs = rows.map(toRun);
      const costs = await runCosts(queries, runs);
      return runs.map((run) => ({
        ...run,
        delivery: delivery.get(run.messageId ?? -1) ?? null,
        costUsd: costs.get(run.id) ?? null,
      }));
    });
  }

  cost(runId: string): Promise<number> {
    return this.#database.read(`add up the cost of the run ${runId}`, async (queries) => {
      const row = await findRun(queries, runId);
      return row ? ((await runCosts(queries, [toRun(row)])).get(runId) ?? 0) : 0;
    });
  }

  checked(runId: string, output: string): Promise<void> {
    return this.#database.write(`store the pre-check of the run ${runId}`, async (queries) => {
      await queries.updateTable("task_runs").set({ check_output: output }).where("id", "=", runId).execute();
    });
  }

  lastDelivery(taskId: string): Promise<DeliveryState | null> {
    return this.#database.read(`read the delivery of the task ${taskId}`, async (queries) => {
      const row = await queries
        .selectFrom("scheduled_tasks")
        .innerJoin("task_runs", (join) =>
          join
            .onRef("task_runs.task_id", "=", "scheduled_tasks.id")
            .onRef("task_runs.scheduled_for", "=", "scheduled_tasks.last_run_at"),
        )
        .select(worstDelivery("task_runs.message_id").as("delivery"))
        .where("scheduled_tasks.id", "=", taskId)
        .executeTakeFirst();
      return toDelivery(row?.delivery ?? null);
    });
  }

  ofTurn(turnId: string): ReturnType<RunStore["ofTurn"]> {
    return this.#database.read(`find the task of the turn ${turnId}`, async (queries) => {
      const row = await queries.selectFrom("task_runs").selectAll().where("turn_id", "=", turnId).executeTakeFirst();
      const task = row ? await findTask(queries, row.task_id) : undefined;
      return row && task ? { task: toTask(task), run: toRun(row) } : null;
    });
  }

  toldIn(chat: Address, externalId: string): ReturnType<RunStore["toldIn"]> {
    return this.#database.read("find the run that a message tells of", async (queries) => {
      const row = await queries
        .selectFrom("outbox")
        .innerJoin("task_runs", "task_runs.message_id", "outbox.message_id")
        .innerJoin("scheduled_tasks", "scheduled_tasks.id", "task_runs.task_id")
        .select(["task_runs.id as runId", "task_runs.task_id as taskId", "task_runs.message_id as messageId"])
        .where("outbox.chat_key", "=", chatKey(chat))
        .where("outbox.external_id", "=", externalId)
        .where("scheduled_tasks.context_mode", "=", "isolated")
        .executeTakeFirst();
      if (!row) return null;
      const [run, task] = [await findRun(queries, row.runId), await findTask(queries, row.taskId)];
      const message = await selectMessages(queries).where("messages.id", "=", row.messageId).executeTakeFirst();
      return run && task && message ? { run: toRun(run), task: toTask(task), message: toMessage(message) } : null;
    });
  }

  /** A run whose turn is queued, or one that waits or is left out because another is open. Null: the moment has its row. */
  async #begin(
    queries: Queries,
    task: Task,
    wanted: RunStart & { scheduledFor: number; trigger: TaskRun["trigger"] },
    maxWaiting: number,
  ): Promise<{ run: TaskRun; started: StartedRun | null } | null> {
    const now = this.#clock.now();
    const { open } = await queries
      .selectFrom("task_runs")
      .select((select) => select.fn.countAll<number>().as("open"))
      .where("task_id", "=", task.id)
      .where(isOpen)
      .executeTakeFirstOrThrow();
    const run = await this.#insert(queries, task, wanted, now);
    if (!run) return null;
    if (open === 0) {
      const started = await startRun(queries, this.#ids, { task, run, start: wanted }, now);
      return { run: started.run, started };
    }
    if (task.overlap === "queue" && open <= maxWaiting) return { run, started: null };
    const reason = task.overlap === "queue" ? "Too many earlier runs still wait." : "The run before it was not over.";
    return { run: await skipRun(queries, run, reason, now), started: null };
  }

  async #insert(
    queries: Queries,
    task: Task,
    run: { runId: string; scheduledFor: number; trigger: TaskRun["trigger"] },
    now: number,
  ): Promise<TaskRun | null> {
    const row = await queries
      .insertInto("task_runs")
      .values({
        id: run.runId,
        task_id: task.id,
        group_id: task.groupId,
        scheduled_for: run.scheduledFor,
        trigger: run.trigger,
        state: "waiting",
        claimed_at: now,
      })
      .onConflict((conflict) => conflict.columns(["task_id", "scheduled_for"]).doNothing())
      .returningAll()
      .executeTakeFirst();
    return row ? toRun(row) : null;
  }
}
