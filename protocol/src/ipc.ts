/** `host.ipc.{groupID}` (sandbox → host, request/reply). The group is the subject's, proved by the credential, never the payload's. */
import { z } from "zod";
import { GroupId, RowId } from "./ids.ts";
import { SwarmCreate } from "./swarm.ts";
import { scheduleText, taskName, taskOptions, taskPrompt, TaskRunView } from "./tasks.ts";

/** Only the main group may name another group than its own. */
const ofGroup = { group_id: GroupId.optional() };
const task = z.object({ id: RowId });

/** Made up for each wish: the same wish asked twice, because the first answer got lost, is granted once. */
export const requestKey = z.string().min(1).max(100);

/** Where a page of a list ended. */
const TaskPlace = z.object({ group_id: GroupId, created_at: z.number().int(), id: RowId });

export const IpcRequest = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("create_task"),
    payload: z.object({
      ...ofGroup,
      name: taskName,
      schedule: scheduleText,
      prompt: taskPrompt,
      key: requestKey.optional(),
      ...taskOptions,
    }),
  }),
  /** The main group may ask for the tasks of `all` groups. With an `id` only that task, with its whole prompt. */
  z.object({
    type: z.literal("list_tasks"),
    payload: z.object({
      ...ofGroup,
      all: z.boolean().optional(),
      id: RowId.optional(),
      after: TaskPlace.optional(),
    }),
  }),
  z.object({ type: z.literal("delete_task"), payload: task }),
  z.object({
    type: z.literal("update_task"),
    payload: z.object({
      id: RowId,
      name: taskName.optional(),
      schedule: scheduleText.optional(),
      prompt: taskPrompt.optional(),
      enabled: z.boolean().optional(),
      ...taskOptions,
    }),
  }),
  z.object({ type: z.literal("pause_task"), payload: task }),
  z.object({ type: z.literal("resume_task"), payload: task }),
  z.object({ type: z.literal("run_task"), payload: task }),
  z.object({
    type: z.literal("task_history"),
    payload: z.object({ id: RowId, limit: z.number().int().min(1).max(100).optional() }),
  }),
  // Only for the main group from here on.
  z.object({ type: z.literal("list_groups"), payload: z.object({}) }),
  z.object({
    type: z.literal("register_group"),
    payload: z.object({ id: GroupId, name: z.string().trim().min(1).max(200) }),
  }),
  /** Said in the group's chat, as words of the main group's agent. */
  z.object({
    type: z.literal("send_message"),
    payload: z.object({ group_id: GroupId, text: z.string().trim().min(1).max(50_000), key: requestKey.optional() }),
  }),
  /** Returns at once; progress and answer are said in the main group's chat. */
  z.object({ type: z.literal("start_swarm"), payload: SwarmCreate }),
  z.object({ type: z.literal("swarm_status"), payload: z.object({ id: RowId.optional() }) }),
  z.object({ type: z.literal("status"), payload: z.object({}) }),
]);
export type IpcRequest = z.infer<typeof IpcRequest>;

export const IpcTask = z.object({
  id: RowId,
  name: z.string(),
  /** The stored JSON. */
  schedule: z.string(),
  prompt: z.string(),
  /** True where a list holds only the prompt's beginning. */
  prompt_cut: z.boolean().optional(),
  status: z.string(),
  schedule_display: z.string().optional(),
  timezone: z.string().optional(),
  group_id: GroupId.optional(),
  next_run: z.string().nullable().optional(),
  last_run: z.string().nullable().optional(),
  last_status: z.string().nullable().optional(),
});
export type IpcTask = z.infer<typeof IpcTask>;

export const IpcGroup = z.object({
  id: GroupId,
  name: z.string(),
  folder: z.string(),
  is_main: z.boolean(),
});

/** `{ok: true, …}` or `{error}`. */
export const IpcReply = z.union([
  z.object({
    ok: z.literal(true),
    id: RowId.optional(),
    /** Whose task was run or deleted, and in whose chat was spoken. */
    group_id: GroupId.optional(),
    tasks: z.array(IpcTask).optional(),
    /** There are more tasks: for `after` of the next request. */
    next: TaskPlace.optional(),
    /** What the schedule means, and when it is due, after `create_task` and `update_task`. */
    task: IpcTask.optional(),
    run: TaskRunView.optional(),
    runs: z.array(TaskRunView).optional(),
    groups: z.array(IpcGroup).optional(),
    /** One line for each fact. */
    status: z.string().optional(),
  }),
  z.object({ error: z.string() }),
]);
export type IpcReply = z.infer<typeof IpcReply>;
