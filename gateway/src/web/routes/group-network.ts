/** What a group's sandbox may reach: `/api/groups/{id}/network`. It is changed with the group itself. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId } from "@praktor/protocol/ids";
import { GroupNetworkView } from "@praktor/protocol/network";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const show = createRoute({
  method: "get",
  path: "/api/groups/{id}/network",
  request: { params: z.object({ id: GroupId }) },
  responses: {
    200: json(GroupNetworkView, "The group's policy, whether it holds, and what was refused lately"),
    ...failure,
  },
});

export function groupNetworkRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  const { network } = parts;
  return createRoutes().openapi(show, async (c) => {
    const group = await requireGroup(parts, c.req.valid("param").id);
    const refused = network
      .refused(group.id)
      .map(({ host, reason, at }) => ({ host, reason, time: new Date(at).toISOString() }));
    return c.json(
      {
        policy: group.network,
        default_policy: network.defaultPolicy,
        allow: group.networkAllow,
        ask: group.approvalHosts,
        not_enforced: network.notEnforced,
        pending: network.isPending(group.id),
        refused,
      },
      200,
    );
  });
}
