/** Links for what the browser itself fetches: `/api/links`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute } from "@hono/zod-openapi";
import { LinkCreate, LinkView } from "@praktor/protocol/page-token";
import { jsonBody } from "../json-body.ts";
import type { WebParts } from "../parts.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const sign = createRoute({
  method: "post",
  path: "/api/links",
  middleware: jsonBody(16 * 1024),
  request: jsonRequest(LinkCreate),
  responses: {
    200: json(LinkView, "The address with a seal that stands for the page token, for a minute, with the same cookie"),
    ...failure,
  },
});

export function linkRoutes({ signIn }: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes().openapi(sign, (c) =>
    c.json({ address: signIn.link(c.req.valid("json").address, c.get("caller")) }, 200),
  );
}
