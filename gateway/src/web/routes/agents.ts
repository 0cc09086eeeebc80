/** The groups' running agents: `/api/agents`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId } from "@praktor/protocol/ids";
import { AgentView } from "@praktor/protocol/rest";
import { PraktorError } from "../../kit/praktor-error.ts";
import type { WebParts } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const list = createRoute({
  method: "get",
  path: "/api/agents",
  responses: { 200: json(z.array(AgentView), "The agents that are there"), ...failure },
});
const stop = createRoute({
  method: "post",
  path: "/api/agents/{groupID}/stop",
  request: { params: z.object({ groupID: GroupId }) },
  responses: { 200: json(z.object({ status: z.literal("stopped") }), "404 where there is none"), ...failure },
});
const start = createRoute({
  method: "post",
  path: "/api/agents/{groupID}/start",
  request: { params: z.object({ groupID: GroupId }) },
  responses: { 200: json(z.object({ status: z.literal("started") }), "Its sandbox is up"), ...failure },
});

export function agentRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes()
    .openapi(list, async (c) => c.json(await parts.actions.agents(), 200))
    .openapi(start, async (c) => {
      const { groupID } = c.req.valid("param");
      if (!(await parts.actions.startAgent(groupID))) {
        throw new PraktorError("not_found", `There is no group "${groupID}".`);
      }
      return c.json({ status: "started" as const }, 200);
    })
    .openapi(stop, async (c) => {
      const { groupID } = c.req.valid("param");
      if (!(await parts.actions.stopAgent(groupID))) {
        throw new PraktorError("not_found", `Group "${groupID}" has no agent that runs.`);
      }
      return c.json({ status: "stopped" as const }, 200);
    });
}
