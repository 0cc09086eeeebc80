/** What agents ask over `host.ipc`, as lines of the audit log: changes, and what they were not allowed to do. */
import { z } from "zod";
import type { AuditEntry } from "./kit/audit.ts";

/** Reading is not kept, nor what an agent says in its own chat: that is in the history. */
const actions: Readonly<Record<string, string>> = {
  create_task: "task.create",
  update_task: "task.change",
  delete_task: "task.delete",
  pause_task: "task.pause",
  resume_task: "task.resume",
  run_task: "task.run",
  register_group: "group.register",
  send_message: "message.send",
  start_swarm: "swarm.start",
};

const short = z.string().min(1).max(200).optional().catch(undefined);
const Payload = z.object({ id: short, name: short, group_id: short });
const Asked = z.object({ type: z.string(), payload: Payload.optional().catch(undefined) });
const Replied = z.object({
  id: z.string().optional(),
  error: z.string().optional(),
  group_id: z.string().optional(),
  task: z.object({ group_id: z.string().optional() }).optional(),
});

/**
 * Null for what is not kept. What was done to another group stands with that group, and the actor says whose agent it was; what was
 * refused stands with the group that asked.
 */
export function auditOfRequest(groupId: string, data: unknown, reply: unknown): AuditEntry | null {
  const asked = Asked.safeParse(data).data;
  const action = asked && Object.hasOwn(actions, asked.type) ? actions[asked.type] : undefined;
  if (!asked || action === undefined) return null;
  const { id, error, group_id: whose, task } = Replied.safeParse(reply).data ?? {};
  const wanted = asked.payload?.group_id ?? groupId;
  if (action === "message.send" && wanted === groupId) return null;
  const isRefused = error !== undefined;
  return {
    actor: { type: "agent", id: groupId },
    action,
    outcome: isRefused ? "refused" : "ok",
    groupId: isRefused ? groupId : (task?.group_id ?? whose ?? groupId),
    target: id ?? asked.payload?.id ?? asked.payload?.name ?? null,
    detail: !isRefused ? null : wanted === groupId ? error : `For the group ${wanted}: ${error}`,
  };
}
