/** What runs now: `/api/groups/{id}/turns`, stopping it: `/api/turns/{id}/stop`, and what it did: `/api/turns/{id}/events`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId, RowId } from "@praktor/protocol/ids";
import { TurnView } from "@praktor/protocol/rest";
import { TurnSteps } from "@praktor/protocol/turn-steps";
import { PraktorError } from "../../kit/praktor-error.ts";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import { turnSteps } from "../turn-steps.ts";
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
const events = createRoute({
  method: "get",
  path: "/api/turns/{id}/events",
  request: { params: z.object({ id: RowId }) },
  responses: { 200: json(TurnSteps, "The tools that its last attempt called, each with its result"), ...failure },
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
    })
    .openapi(events, async (c) => {
      const { id } = c.req.valid("param");
      const { turns } = parts.store;
      if (!(await turns.get(id))) throw new PraktorError("not_found", `There is no turn "${id}".`);
      return c.json({ turn_id: id, steps: turnSteps(await turns.events(id)) }, 200);
    });
}
