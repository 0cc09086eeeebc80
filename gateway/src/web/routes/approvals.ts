/** Questions that wait for a person: `/api/approvals`. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { ApprovalAnswer, ApprovalView } from "@praktor/protocol/approvals";
import { RowId } from "@praktor/protocol/ids";
import { jsonBody } from "../json-body.ts";
import type { WebParts } from "../parts.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import { createRoutes, type WebEnv } from "../web-env.ts";

const list = createRoute({
  method: "get",
  path: "/api/approvals",
  responses: { 200: json(z.array(ApprovalView), "What is open, the oldest first"), ...failure },
});
const answer = createRoute({
  method: "post",
  path: "/api/approvals/{id}",
  middleware: jsonBody(),
  request: { params: z.object({ id: RowId }), ...jsonRequest(ApprovalAnswer) },
  responses: {
    200: json(z.object({ status: z.literal("chosen") }), "It is decided; 409 when it was before"),
    ...failure,
  },
});

export function approvalRoutes({ approvals }: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes()
    .openapi(list, async (c) => c.json(await approvals.open(), 200))
    .openapi(answer, async (c) => {
      await approvals.choose(c.req.valid("param").id, c.req.valid("json").choice, { type: "page" });
      return c.json({ status: "chosen" as const }, 200);
    });
}
