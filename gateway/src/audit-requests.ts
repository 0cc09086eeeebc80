/** What agents ask over `host.ipc`, as lines of the audit log: changes, and what they were not allowed to do. */
import { z } from "zod";
import type { AuditEntry } from "./kit/audit.ts";

/** Reading is not kept, nor what an agent says: that is in the history. */
const actions: Readonly<Record<string, string>> = {
  create_task: "task.create",
  update_task: "task.change",
  delete_task: "task.delete",
  pause_task: "task.pause",
  resume_task: "task.resume",
  run_task: "task.run",
  register_group: "group.register",
};

const short = z.string().min(1).max(200).optional().catch(undefined);
const Payload = z.object({ id: short, name: short });
const Asked = z.object({ type: z.string(), payload: Payload.optional().catch(undefined) });
const Replied = z.object({ id: z.string().optional(), error: z.string().optional() });

/** Null for what is not kept. */
export function auditOfRequest(groupId: string, data: unknown, reply: unknown): AuditEntry | null {
  const asked = Asked.safeParse(data).data;
  const action = asked && Object.hasOwn(actions, asked.type) ? actions[asked.type] : undefined;
  if (!asked || action === undefined) return null;
  const { id, error } = Replied.safeParse(reply).data ?? {};
  return {
    actor: { type: "agent", id: groupId },
    action,
    outcome: error === undefined ? "ok" : "refused",
    groupId,
    target: id ?? asked.payload?.id ?? asked.payload?.name ?? null,
    detail: error ?? null,
  };
}
