/** Reading tasks and their runs. */
import type { Selectable } from "kysely";
import { Schedule } from "@praktor/protocol/tasks";
import type { Queries } from "./database.ts";
import type { Task, TaskRun } from "./rows.ts";
import type { ScheduledTaskTable, TaskRunTable } from "./tables/task-tables.ts";

export function findTask(queries: Queries, id: string): Promise<Selectable<ScheduledTaskTable> | undefined> {
  return queries.selectFrom("scheduled_tasks").selectAll().where("id", "=", id).executeTakeFirst();
}

/** All but the prompt, which may be long. */
export const columnsBesidePrompt = [
  "id",
  "group_id",
  "name",
  "schedule",
  "timezone",
  "context_mode",
  "status",
  "overlap",
  "catch_up",
  "grace_ms",
  "model",
  "max_turns",
  "max_duration_ms",
  "max_cost_usd",
  "pre_check",
  "own_sandbox",
  "may_manage_tasks",
  "request_key",
  "anchor_at",
  "next_run_at",
  "last_run_at",
  "last_status",
  "last_error",
  "failures_in_row",
  "created_at",
  "updated_at",
] as const satisfies (keyof ScheduledTaskTable)[];

export function findRun(queries: Queries, id: string): Promise<Selectable<TaskRunTable> | undefined> {
  return queries.selectFrom("task_runs").selectAll().where("id", "=", id).executeTakeFirst();
}

export function toTask(row: Selectable<ScheduledTaskTable>): Task {
  return {
    id: row.id,
    groupId: row.group_id,
    name: row.name,
    schedule: Schedule.parse(JSON.parse(row.schedule)),
    timezone: row.timezone,
    prompt: row.prompt,
    contextMode: row.context_mode,
    status: row.status,
    overlap: row.overlap,
    catchUp: row.catch_up,
    graceMs: row.grace_ms,
    model: row.model,
    maxTurns: row.max_turns,
    maxDurationMs: row.max_duration_ms,
    maxCostUsd: row.max_cost_usd,
    preCheck: row.pre_check,
    mayManageTasks: row.may_manage_tasks === 1,
    ownSandbox: row.own_sandbox === 1,
    anchorAt: row.anchor_at,
    nextRunAt: row.next_run_at,
    lastRunAt: row.last_run_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    failuresInRow: row.failures_in_row,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toRun(row: Selectable<TaskRunTable>): TaskRun {
  return {
    id: row.id,
    taskId: row.task_id,
    groupId: row.group_id,
    scheduledFor: row.scheduled_for,
    trigger: row.trigger,
    state: row.state,
    tries: row.tries,
    error: row.error,
    conversationId: row.conversation_id,
    turnId: row.turn_id,
    messageId: row.message_id,
    checkOutput: row.check_output,
    claimedAt: row.claimed_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
