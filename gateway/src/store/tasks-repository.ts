/** Scheduled tasks in SQLite. */
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { ListedTask, NewTask, TaskPageQuery, TaskStore } from "./contract/task-store.ts";
import type { Database, Queries } from "./database.ts";
import { toDelivery, worstDelivery } from "./message-rows.ts";
import type { Task } from "./rows.ts";
import { columnsBesidePrompt, findTask, toTask } from "./task-rows.ts";

// Literal text, because SQLite uses a partial index only where the query's text implies its condition.
const isActive = sql<boolean>`status = 'active'`;

const lastDelivery = sql<number | null>`(
  select ${worstDelivery("task_runs.message_id")} from task_runs
  where task_runs.task_id = scheduled_tasks.id and task_runs.scheduled_for = scheduled_tasks.last_run_at
)`;

export class TasksRepository implements TaskStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  create(task: NewTask): Promise<Task> {
    const now = this.#clock.now();
    return this.#database.write(`create a task of ${task.groupId}`, async (queries) => {
      const { requestKey = null } = task;
      const known = requestKey === null ? undefined : await findRequested(queries, task.groupId, requestKey);
      if (known) return toTask(known);
      const row = await queries
        .insertInto("scheduled_tasks")
        .values({
          id: task.id,
          group_id: task.groupId,
          ...columns(task),
          request_key: requestKey,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toTask(row);
    });
  }

  get(id: string): Promise<Task | null> {
    return this.#database.read(`read the task ${id}`, async (queries) => {
      const row = await findTask(queries, id);
      return row ? toTask(row) : null;
    });
  }

  page(query: TaskPageQuery): Promise<ListedTask[]> {
    return this.#database.read("list the tasks", async (queries) => {
      const { groupId, after, prompts } = query;
      const ofGroup = groupId === undefined ? sql`` : sql`where listed.group_id = ${groupId}`;
      const isHeavy = sql`scheduled_tasks.group_id in (
        select listed.group_id from scheduled_tasks as listed ${ofGroup}
        group by listed.group_id having sum(octet_length(listed.prompt)) > ${prompts.wholeUpToBytes}
      )`;
      let select = queries
        .selectFrom("scheduled_tasks")
        .select(columnsBesidePrompt)
        .select([
          sql<string>`case when ${isHeavy} then substr(prompt, 1, ${prompts.cutToCharacters}) else prompt end`.as(
            "prompt",
          ),
          sql<number>`octet_length(prompt)`.as("prompt_bytes"),
          lastDelivery.as("delivery"),
        ]);
      if (groupId !== undefined) select = select.where("group_id", "=", groupId);
      if (after !== undefined) {
        select = select.where(
          sql<boolean>`(group_id, created_at, id) > (${after.groupId}, ${after.createdAt}, ${after.id})`,
        );
      }
      const rows = await select.orderBy("group_id").orderBy("created_at").orderBy("id").limit(query.limit).execute();
      return rows.map((row) => ({
        ...toTask(row),
        promptCut: Buffer.byteLength(row.prompt) < row.prompt_bytes,
        delivery: toDelivery(row.delivery),
      }));
    });
  }

  requested(groupId: string, requestKey: string): Promise<Task | null> {
    return this.#database.read(`look for a task of ${groupId} by its request`, async (queries) => {
      const row = await findRequested(queries, groupId, requestKey);
      return row ? toTask(row) : null;
    });
  }

  use(groupId: string): ReturnType<TaskStore["use"]> {
    return this.#database.read(`count the tasks of ${groupId}`, async (queries) => {
      // The length of a text alone is known without reading it.
      const bytes = sql`octet_length(prompt) + coalesce(octet_length(pre_check), 0)`;
      const notOver = sql`filter (where status != 'completed')`;
      const { tasks, textBytes, tasksNotOver, textBytesNotOver } = await queries
        .selectFrom("scheduled_tasks")
        .select([
          sql<number>`count(*)`.as("tasks"),
          sql<number>`coalesce(sum(${bytes}), 0)`.as("textBytes"),
          sql<number>`count(*) ${notOver}`.as("tasksNotOver"),
          sql<number>`coalesce(sum(${bytes}) ${notOver}, 0)`.as("textBytesNotOver"),
        ])
        .where("group_id", "=", groupId)
        .executeTakeFirstOrThrow();
      return { tasks, textBytes, notOver: { tasks: tasksNotOver, textBytes: textBytesNotOver } };
    });
  }

  longestOver(groupId: string): Promise<string | null> {
    return this.#database.read(`find a task of ${groupId} that is over`, async (queries) => {
      const row = await queries
        .selectFrom("scheduled_tasks")
        .select("id")
        .where("group_id", "=", groupId)
        .where("status", "=", "completed")
        .where((where) =>
          where.not(
            where.exists(
              where
                .selectFrom("task_runs")
                .select("task_runs.id")
                .whereRef("task_runs.task_id", "=", "scheduled_tasks.id")
                .where("task_runs.finished_at", "is", null),
            ),
          ),
        )
        .orderBy("last_run_at")
        .orderBy("id")
        .limit(1)
        .executeTakeFirst();
      return row?.id ?? null;
    });
  }

  pending(): Promise<number> {
    return this.#database.read("count the tasks", async (queries) => {
      const row = await queries
        .selectFrom("scheduled_tasks")
        .select((select) => select.fn.countAll<number>().as("count"))
        .where(isActive)
        .where("next_run_at", "is not", null)
        .executeTakeFirstOrThrow();
      return row.count;
    });
  }

  update(id: string, change: Parameters<TaskStore["update"]>[1]): Promise<Task | null> {
    const now = this.#clock.now();
    return this.#database.write(`change the task ${id}`, async (queries) => {
      const known = await findTask(queries, id);
      if (!known) return null;
      const row = await queries
        .updateTable("scheduled_tasks")
        .set({ ...columns({ ...toTask(known), ...change }), updated_at: now })
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return toTask(row);
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#database.write(`delete the task ${id}`, async (queries) => {
      await queries.deleteFrom("task_runs").where("task_id", "=", id).execute();
      const { numDeletedRows } = await queries.deleteFrom("scheduled_tasks").where("id", "=", id).executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }

  due(now: number, limit: number): Promise<Task[]> {
    return this.#database.read("find the tasks that are due", async (queries) => {
      const rows = await queries
        .selectFrom("scheduled_tasks")
        .selectAll()
        .where(isActive)
        .where("next_run_at", "<=", now)
        .orderBy("next_run_at")
        .limit(limit)
        .execute();
      return rows.map(toTask);
    });
  }

  nextDueAt(): Promise<number | null> {
    return this.#database.read("find when the next task is due", async (queries) => {
      const row = await queries
        .selectFrom("scheduled_tasks")
        .select("next_run_at")
        .where(isActive)
        .where("next_run_at", "is not", null)
        .orderBy("next_run_at")
        .limit(1)
        .executeTakeFirst();
      return row?.next_run_at ?? null;
    });
  }
}

function findRequested(queries: Queries, groupId: string, requestKey: string) {
  return queries
    .selectFrom("scheduled_tasks")
    .selectAll()
    .where("group_id", "=", groupId)
    .where("request_key", "=", requestKey)
    .executeTakeFirst();
}

function columns(task: Omit<NewTask, "id" | "groupId" | "requestKey">) {
  return {
    name: task.name,
    schedule: JSON.stringify(task.schedule),
    timezone: task.timezone,
    prompt: task.prompt,
    context_mode: task.contextMode,
    status: task.status,
    overlap: task.overlap,
    catch_up: task.catchUp,
    grace_ms: task.graceMs,
    model: task.model,
    max_turns: task.maxTurns,
    max_duration_ms: task.maxDurationMs,
    max_cost_usd: task.maxCostUsd,
    pre_check: task.preCheck,
    own_sandbox: task.ownSandbox ? (1 as const) : (0 as const),
    may_manage_tasks: task.mayManageTasks ? (1 as const) : (0 as const),
    anchor_at: task.anchorAt,
    next_run_at: task.nextRunAt,
  };
}
