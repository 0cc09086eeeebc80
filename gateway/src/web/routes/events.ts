/** The WebSocket with real-time events: `/api/ws`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { PraktorError } from "../../kit/praktor-error.ts";
import type { WebParts } from "../parts.ts";
import { failure } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const number = z.coerce.number().int().nonnegative();

const connect = createRoute({
  method: "get",
  path: "/api/ws",
  request: {
    query: z
      .object({ epoch: number.optional(), since: number.optional() })
      .refine(({ epoch, since }) => (epoch === undefined) === (since === undefined), "epoch and since go together"),
  },
  responses: { 101: { description: "A WebSocket; each message is one `EventFrame`" }, ...failure },
});

export function eventRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes().openapi(connect, (c) => {
    const ticket = c.env.upgrade;
    if (!ticket) {
      c.header("Upgrade", "websocket");
      throw new PraktorError("upgrade_required", "This address speaks WebSocket only.");
    }
    parts.hub.requireRoom(c.get("caller"));
    const { epoch, since } = c.req.valid("query");
    ticket.accepted = {
      caller: c.get("caller"),
      since: epoch === undefined || since === undefined ? null : { epoch, seq: since },
    };
    return c.body(null, 204);
  });
}
