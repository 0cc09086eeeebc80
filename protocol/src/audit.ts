/** Who did what: `/api/audit`. */
import { z } from "zod";
import { GroupId } from "./ids.ts";

export const AuditActorType = z.enum(["person", "page", "cli", "agent", "system"]);
export const AuditOutcome = z.enum(["ok", "refused", "failed"]);

export const AuditView = z.object({
  id: z.number().int(),
  at: z.iso.datetime(),
  /** `id`: who of that type – `telegram:<user id>`, a page session's short id, a group's id. */
  actor: z.object({ type: AuditActorType, id: z.string() }),
  /** `<subject>.<verb>`, such as `task.create`. */
  action: z.string(),
  outcome: AuditOutcome,
  group_id: GroupId.nullable(),
  target: z.string().nullable(),
  detail: z.string().nullable(),
});
export type AuditView = z.infer<typeof AuditView>;

/** Newest first; `next` is the `before` of the page that follows, null at the end. */
export const AuditPage = z.object({ entries: z.array(AuditView), next: z.number().int().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;
