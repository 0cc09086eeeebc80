/** Who did what: `/api/audit`. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { AuditActorType, AuditOutcome, AuditPage } from "@praktor/protocol/audit";
import { GroupId } from "@praktor/protocol/ids";
import type { WebParts } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import { createRoutes, type WebEnv } from "../web-env.ts";

const list = createRoute({
  method: "get",
  path: "/api/audit",
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.coerce.number().int().positive().optional(),
      action: z
        .string()
        .regex(/^[a-z_.]{1,64}$/)
        .optional(),
      actor: AuditActorType.optional(),
      group_id: GroupId.optional(),
      outcome: AuditOutcome.optional(),
    }),
  },
  responses: {
    200: json(AuditPage, "Newest first; `action` is a whole one or what stands before its dot"),
    ...failure,
  },
});

export function auditRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes().openapi(list, async (c) => {
    const { limit, before, action, actor, group_id: groupId, outcome } = c.req.valid("query");
    const rows = await parts.store.audit.page({
      limit,
      ...(before === undefined ? {} : { before }),
      ...(action === undefined ? {} : { action }),
      ...(actor === undefined ? {} : { actorType: actor }),
      ...(groupId === undefined ? {} : { groupId }),
      ...(outcome === undefined ? {} : { outcome }),
    });
    const entries = rows.map(({ at, groupId: group, ...row }) => ({
      ...row,
      at: new Date(at).toISOString(),
      group_id: group,
    }));
    return c.json({ entries, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }, 200);
  });
}
