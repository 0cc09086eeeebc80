/** What runs now: `/api/groups/{id}/turns`, and stopping it: `/api/turns/{id}/stop`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId, RowId } from "@praktor/protocol/ids";
import { TurnView } from "@praktor/protocol/rest";
import { PraktorError } from "../../kit/praktor-error.ts";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const list = createRoute({
  method: "get",
  path: "/api/groups/{id}/turns",
  request: { params: z.object({ id: GroupId }) },
  responses: { 200: json(z.array(TurnView), "Queued and running turns, with what they said so far"), ...failure },
});
const stop = createRoute({
  method: "post",
  path: "/api/turns/{id}/stop",
  request: { params: z.object({ id: RowId }) },
  responses: {
    200: json(z.object({ status: z.literal("stopping") }), "Its end is an event; 404 when it had ended"),
    ...failure,
  },
});

export function turnRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes()
    .openapi(list, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      return c.json(await parts.actions.liveTurns(group.id), 200);
    })
    .openapi(stop, async (c) => {
      const { id } = c.req.valid("param");
      if (!(await parts.actions.stopTurn(id))) {
        throw new PraktorError("not_found", `There is no turn "${id}" that waits or runs.`);
      }
      return c.json({ status: "stopping" as const }, 200);
    });
}
