/** Scheduled tasks as every border shows them: the stored schedule, and the REST API's shapes of tasks and runs. */
import { z } from "zod";
import { GroupId, RowId } from "./ids.ts";

const time = z.iso.datetime();

/** The longest interval, and the furthest moment, that a schedule may name: what JavaScript's dates hold, well within. */
const farthestMs = 8_000_000_000_000;

export const CronSchedule = z.object({ kind: z.literal("cron"), cron_expr: z.string().min(1).max(256) });
export const IntervalSchedule = z.object({
  kind: z.literal("interval"),
  interval_ms: z.number().int().min(1000, "must be 1000 (one second) or more").max(farthestMs),
});
export const OnceSchedule = z.object({ kind: z.literal("once"), at_ms: z.number().int().min(0).max(farthestMs) });

/** As it is stored. */
export const Schedule = z.discriminatedUnion("kind", [CronSchedule, IntervalSchedule, OnceSchedule]);
export type Schedule = z.infer<typeof Schedule>;

export const ContextMode = z.enum(["isolated", "group"]);
export type ContextMode = z.infer<typeof ContextMode>;
export const TaskStatus = z.enum(["active", "paused", "completed"]);
export type TaskStatus = z.infer<typeof TaskStatus>;
/** When a run becomes due while another of the task waits or works: leave it out, or let it wait. */
export const Overlap = z.enum(["skip", "queue"]);
export type Overlap = z.infer<typeof Overlap>;
/** After a time in which Praktor did not run: the latest missed run, late; or none. */
export const CatchUp = z.enum(["run_once", "skip"]);
export type CatchUp = z.infer<typeof CatchUp>;
/** `waiting`: for an earlier run of the task. `queued`: its turn waits or works. */
export const RunState = z.enum(["waiting", "queued", "succeeded", "failed", "cancelled", "skipped"]);
export type RunState = z.infer<typeof RunState>;

const Delivery = z.enum(["pending", "sent", "failed", "uncertain"]);

export const scheduleText = z.string().trim().min(1).max(512);
/** Over REST: the stored JSON may also be given as what it is. */
const scheduleField = z.union(
  [
    scheduleText,
    z
      .record(z.string(), z.unknown())
      .transform((value) => JSON.stringify(value))
      .pipe(scheduleText),
  ],
  'must be a schedule: a text such as "0 9 * * 1-5" or "+5m", or an object such as {"kind":"interval","interval_ms":60000}',
);
export const taskName = z.string().trim().min(1).max(200);
export const taskPrompt = z.string().trim().min(1).max(100_000);
export const timeZone = z.string().min(1).max(64);

/** What of a task can be set besides its group. Left out: the default, or what it is. */
export const taskOptions = {
  timezone: timeZone.optional(),
  context_mode: ContextMode.optional(),
  overlap: Overlap.optional(),
  catch_up: CatchUp.optional(),
  /** How late a missed run may still start. */
  grace_ms: z.number().int().min(0).max(farthestMs).optional(),
  /** `null` goes back to the group's. */
  model: z.string().min(1).max(200).nullable().optional(),
  /** Steps of one run; `null` goes back to `agent.max_turns`. */
  max_turns: z.number().int().min(1).max(10_000).nullable().optional(),
  /** How long one try of a run may take, with the start of its sandbox; `null` goes back to `agent.turn_timeout`. */
  max_duration_ms: z
    .number()
    .int()
    .min(1000, "must be 1000 (one second) or more")
    .max(7 * 24 * 3_600_000, "must be 604800000 (seven days) or less")
    .nullable()
    .optional(),
  /** What one run may cost in US dollars, with all its tries; `null`: no limit of its own. */
  max_cost_usd: z.number().positive("must be more than 0").max(100_000).nullable().optional(),
  /** A command for `/bin/sh` in the sandbox: exit code 0 with output wakes the agent, who reads it; anything else skips the run. */
  pre_check: z.string().trim().min(1).max(4_000).nullable().optional(),
  /** Whether the task's own runs may create and change tasks. */
  may_manage_tasks: z.boolean().optional(),
  /** A sandbox of its own on the group's files: then its runs are known apart from the group's chat. Only for `isolated` tasks. */
  own_sandbox: z.boolean().optional(),
};

export const TaskCreate = z.object({
  group_id: GroupId,
  name: taskName,
  schedule: scheduleField,
  prompt: taskPrompt,
  enabled: z.boolean().optional(),
  ...taskOptions,
});
export type TaskCreate = z.infer<typeof TaskCreate>;

export const TaskUpdate = z.object({
  /** What it is already: a task stays in its group. */
  group_id: GroupId.optional(),
  name: taskName.optional(),
  schedule: scheduleField.optional(),
  prompt: taskPrompt.optional(),
  enabled: z.boolean().optional(),
  ...taskOptions,
});
export type TaskUpdate = z.infer<typeof TaskUpdate>;

export const TaskView = z.object({
  id: RowId,
  name: z.string(),
  /** The stored JSON: `{kind, cron_expr | interval_ms | at_ms}`. */
  schedule: z.string(),
  /** A sentence for people. */
  schedule_display: z.string(),
  timezone: z.string(),
  group_id: GroupId,
  group_name: z.string(),
  prompt: z.string(),
  /** True where a list holds only the prompt's beginning, because its group's prompts are long together; the task alone is whole. */
  prompt_cut: z.boolean().optional(),
  context_mode: ContextMode,
  overlap: Overlap,
  catch_up: CatchUp,
  grace_ms: z.number().int(),
  model: z.string().nullable(),
  max_turns: z.number().int().nullable(),
  max_duration_ms: z.number().int().nullable(),
  max_cost_usd: z.number().nullable(),
  pre_check: z.string().nullable(),
  may_manage_tasks: z.boolean(),
  own_sandbox: z.boolean(),
  /** False while paused; a completed task is not enabled either. */
  enabled: z.boolean(),
  status: TaskStatus,
  /** Why Praktor itself has paused it; null where a person did. */
  paused_reason: z.string().nullable(),
  /** When the newest run that was to do something was due. */
  last_run: time.nullable(),
  last_status: z.string().nullable(),
  last_error: z.string().nullable(),
  /** Whether the last run's words arrived; null where none were to be delivered. */
  last_delivery: Delivery.nullable(),
  next_run: time.nullable(),
});
export type TaskView = z.infer<typeof TaskView>;

export const TaskRunView = z.object({
  id: RowId,
  task_id: RowId,
  scheduled_for: time,
  trigger: z.enum(["schedule", "manual"]),
  state: RunState,
  /** Why it failed or was left out. */
  error: z.string().nullable(),
  tries: z.number().int(),
  started_at: time.nullable(),
  finished_at: time.nullable(),
  conversation_id: RowId.nullable(),
  turn_id: RowId.nullable(),
  /** In US dollars, with all its tries; null where nothing is known. */
  cost_usd: z.number().nullable(),
  /** Whether the answer arrived, apart from whether the run worked; null where nothing is delivered. */
  delivery: Delivery.nullable(),
});
export type TaskRunView = z.infer<typeof TaskRunView>;

/** What a schedule means, while somebody still types it. */
export const SchedulePreview = z.object({
  schedule: z.string(),
  schedule_display: z.string(),
  timezone: z.string(),
  next_runs: z.array(time),
});
export type SchedulePreview = z.infer<typeof SchedulePreview>;
