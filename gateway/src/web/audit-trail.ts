/** Every change that is asked for on the page's API leaves a line in the audit log, with who asked and what came of it. */
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Actor, Audit, AuditEntry } from "../kit/audit.ts";
import { GroupId } from "@praktor/protocol/ids";
import { HTTPException } from "hono/http-exception";
import { PraktorError } from "../kit/praktor-error.ts";
import { auditedRequest } from "./audit-rules.ts";
import { clientAddress } from "./client-address.ts";
import type { FloodNotes } from "./flood-notes.ts";
import type { Caller } from "./sign-in.ts";
import type { AboutTask, WebEnv } from "./web-env.ts";

export interface AuditTrailOptions {
  audit: Audit;
  floods: FloodNotes;
  behindProxy: boolean;
  /** Takes known secrets out of a reason before it is cut: half of one is not known any more. */
  redact: (text: string) => string;
}

/** What was made says its id and its group. */
const Made = z.object({ id: z.string().optional(), group_id: GroupId.optional() });
const short = z.string().min(1).max(200).optional().catch(undefined);
/** What was asked for and not made says them too, or nothing that makes sense. */
const Asked = z.object({ id: short, name: short, group_id: GroupId.optional().catch(undefined) });
const mostOfReason = 400;

/** Before the guard, so that it also sees who is refused there. */
export function auditTrail({ audit, floods, behindProxy, redact }: AuditTrailOptions): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    const code = c.error instanceof PraktorError ? c.error.code : null;
    const address = (): string => clientAddress(c.env.incoming, behindProxy);
    const from = (): string => `from ${address()}`;
    if (code === "too_many_attempts") return floods.refused(address());
    if (code === "wrong_password") {
      return audit.record({ actor: pageActor(null), action: "sign_in", outcome: "refused", detail: from() });
    }
    // Strangers, and pages of other sites: they can do nothing, and must not fill the log.
    if (code === "unauthorized" || code === "bad_host" || code === "cross_origin") return;
    const request = auditedRequest(c.req.method, c.req.path);
    if (!request) return;
    const about = c.get("aboutTask");
    const outcome = outcomeOf(c.res.status);
    const made = request.target === null ? await madeBy(c) : {};
    const asked = outcome === "ok" ? {} : (Asked.safeParse(c.get("asked")).data ?? {});
    const groupId = GroupId.safeParse(request.groupId ?? made.group_id ?? about?.group_id ?? asked.group_id);
    const wasDeleted = outcome === "ok" && request.action === "task.delete";
    audit.record({
      actor: pageActor(c.get("caller")),
      action: request.action,
      outcome,
      groupId: groupId.data ?? null,
      target: request.target ?? made.id ?? c.req.query("path") ?? asked.id ?? asked.name ?? null,
      detail: request.action === "sign_in" ? from() : wasDeleted ? (about?.name ?? null) : reasonOf(c.error, redact),
    });
  };
}

/** Behind the guard: which task a change is about, while it is still there. `task`: null where there is none. */
export function auditedTask(task: (id: string) => Promise<AboutTask | null>): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const request = auditedRequest(c.req.method, c.req.path);
    if (request?.action.startsWith("task.") && request.target !== null) c.set("aboutTask", await task(request.target));
    await next();
  };
}

/** How the one who asks is called in the log: enough of a session's hash to tell two apart, of no use to anybody else. */
export function pageActor(caller: Caller | null | undefined): Actor {
  if (!caller) return { type: "page", id: "stranger" };
  return { type: "page", id: caller.type === "session" ? `session ${caller.session.slice(0, 8)}` : caller.type };
}

async function madeBy(c: Context<WebEnv>): Promise<z.infer<typeof Made>> {
  if (c.res.status !== 201 || c.res.headers.get("content-type") !== "application/json") return {};
  const body: unknown = await c.res.clone().json();
  return Made.safeParse(body).data ?? {};
}

/** Why it was not done, as whoever asked was told; of what broke within, nothing. */
function reasonOf(error: Error | undefined, redact: (text: string) => string): string | null {
  if (!(error instanceof PraktorError) && !(error instanceof HTTPException && error.status < 500)) return null;
  const words = redact(error.message).replaceAll(/\s+/g, " ").trim();
  return words.length > mostOfReason ? `${words.slice(0, mostOfReason).toWellFormed()}…` : words;
}

function outcomeOf(status: number): AuditEntry["outcome"] {
  if (status < 400) return "ok";
  return status < 500 ? "refused" : "failed";
}
