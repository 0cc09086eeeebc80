/** `host.ipc.{groupID}` (sandbox → host, request/reply). The group is the subject's, proved by the credential, never the payload's. */
import { z } from "zod";
import { RowId } from "./ids.ts";

const schedule = z.string().min(1).max(512);

export const IpcRequest = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("create_task"),
    payload: z.object({
      name: z.string().min(1).max(200),
      schedule,
      prompt: z.string().min(1).max(100_000),
      timezone: z.string().max(64).optional(),
      context_mode: z.enum(["isolated", "group"]).optional(),
    }),
  }),
  z.object({ type: z.literal("list_tasks"), payload: z.object({}) }),
  z.object({ type: z.literal("delete_task"), payload: z.object({ id: RowId }) }),
  z.object({
    type: z.literal("update_task"),
    payload: z.object({
      id: RowId,
      name: z.string().min(1).max(200).optional(),
      schedule: schedule.optional(),
      prompt: z.string().min(1).max(100_000).optional(),
      timezone: z.string().max(64).optional(),
      enabled: z.boolean().optional(),
    }),
  }),
]);
export type IpcRequest = z.infer<typeof IpcRequest>;

export const IpcTask = z.object({
  id: RowId,
  name: z.string(),
  schedule: z.string(),
  prompt: z.string(),
  status: z.string(),
});
export type IpcTask = z.infer<typeof IpcTask>;

/** `{ok: true, …}` or `{error}`. */
export const IpcReply = z.union([
  z.object({ ok: z.literal(true), id: RowId.optional(), tasks: z.array(IpcTask).optional() }),
  z.object({ error: z.string() }),
]);
export type IpcReply = z.infer<typeof IpcReply>;
