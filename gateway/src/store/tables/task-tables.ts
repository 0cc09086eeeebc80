/** The tables of tasks and their runs. */
import type { CatchUp, ContextMode, Overlap, RunState, TaskStatus } from "@praktor/protocol/tasks";
import type { Generated } from "kysely";
import type { Flag, Json } from "./column-types.ts";

export interface ScheduledTaskTable {
  id: string;
  group_id: string;
  name: string;
  schedule: Json;
  timezone: string;
  prompt: string;
  context_mode: ContextMode;
  status: TaskStatus;
  overlap: Overlap;
  catch_up: CatchUp;
  grace_ms: number;
  model: string | null;
  max_turns: number | null;
  max_duration_ms: number | null;
  max_cost_usd: number | null;
  pre_check: string | null;
  own_sandbox: Generated<Flag>;
  may_manage_tasks: Flag;
  request_key: string | null;
  anchor_at: number;
  next_run_at: number | null;
  last_run_at: number | null;
  last_status: RunState | null;
  last_error: string | null;
  failures_in_row: Generated<number>;
  created_at: number;
  updated_at: number;
}

export interface TaskRunTable {
  id: string;
  task_id: string;
  group_id: string;
  scheduled_for: number;
  trigger: "schedule" | "manual";
  state: RunState;
  tries: Generated<number>;
  error: string | null;
  conversation_id: string | null;
  turn_id: string | null;
  /** The answer, or the word about the failure, in the group's chat. */
  message_id: number | null;
  check_output: string | null;
  claimed_at: number;
  started_at: number | null;
  finished_at: number | null;
}
