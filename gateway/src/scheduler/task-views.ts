/** Tasks and runs as the API shows them. */
import type { TaskRunView, TaskView } from "@praktor/protocol/tasks";
import type { DeliveryState, Task, TaskRun } from "../store/rows.ts";
import { describeSchedule } from "./describe-schedule.ts";

export function taskView(
  task: Task,
  groupName: string,
  delivery: DeliveryState | null,
  pauseReason: string | undefined,
): TaskView {
  return {
    id: task.id,
    name: task.name,
    schedule: JSON.stringify(task.schedule),
    schedule_display: describeSchedule(task.schedule, task.timezone),
    timezone: task.timezone,
    group_id: task.groupId,
    group_name: groupName,
    prompt: task.prompt,
    context_mode: task.contextMode,
    overlap: task.overlap,
    catch_up: task.catchUp,
    grace_ms: task.graceMs,
    model: task.model,
    max_turns: task.maxTurns,
    max_duration_ms: task.maxDurationMs,
    max_cost_usd: task.maxCostUsd,
    pre_check: task.preCheck,
    may_manage_tasks: task.mayManageTasks,
    own_sandbox: task.ownSandbox,
    enabled: task.status === "active",
    status: task.status,
    paused_reason: task.status === "paused" ? (pauseReason ?? null) : null,
    last_run: time(task.lastRunAt),
    last_status: task.lastStatus,
    last_error: task.lastError,
    last_delivery: delivery,
    next_run: task.status === "active" ? time(task.nextRunAt) : null,
  };
}

export function runView(run: TaskRun & { delivery?: DeliveryState | null; costUsd?: number | null }): TaskRunView {
  return {
    id: run.id,
    task_id: run.taskId,
    scheduled_for: new Date(run.scheduledFor).toISOString(),
    trigger: run.trigger,
    state: run.state,
    error: run.error,
    tries: run.tries,
    started_at: time(run.startedAt),
    finished_at: time(run.finishedAt),
    conversation_id: run.conversationId,
    turn_id: run.turnId,
    cost_usd: run.costUsd ?? null,
    delivery: run.delivery ?? null,
  };
}

function time(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
