/** Letting people in over Telegram: `/api/pairing`. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { PairingOffer, PeopleView } from "@praktor/protocol/pairing";
import { PraktorError } from "../../kit/praktor-error.ts";
import type { WebParts } from "../parts.ts";
import type { WebPairing } from "../ports.ts";
import { failure, json } from "../route-answers.ts";
import { createRoutes, type WebEnv } from "../web-env.ts";

const path = "/api/pairing";
const show = createRoute({
  method: "get",
  path,
  responses: { 200: json(PeopleView, "Who was let in, and until when a code is good"), ...failure },
});
const offer = createRoute({
  method: "post",
  path,
  responses: { 201: json(PairingOffer, "A new code; the one before is worthless now"), ...failure },
});
const letIn = createRoute({
  method: "post",
  path: `${path}/{userID}`,
  request: { params: z.object({ userID: z.string().regex(/^\d{1,20}$/) }) },
  responses: { 200: json(z.object({ status: z.literal("let_in") }), "They may talk from now on"), ...failure },
});
const remove = createRoute({
  method: "delete",
  path: `${path}/{userID}`,
  request: { params: z.object({ userID: z.string().regex(/^\d{1,20}$/) }) },
  responses: { 200: json(z.object({ status: z.literal("removed") }), "They are a stranger again"), ...failure },
});

export function pairingRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes()
    .openapi(show, (c) => c.json(required(parts).view(), 200))
    .openapi(offer, async (c) => c.json(await required(parts).offer(), 201))
    .openapi(letIn, async (c) => {
      const { userID } = c.req.valid("param");
      if (!(await required(parts).letIn(userID))) {
        throw new PraktorError("not_found", `Nobody of the id ${userID} has asked lately.`);
      }
      return c.json({ status: "let_in" as const }, 200);
    })
    .openapi(remove, async (c) => {
      const { userID } = c.req.valid("param");
      if (!(await required(parts).remove(userID))) {
        throw new PraktorError("not_found", `Nobody of the id ${userID} was let in by a code.`);
      }
      return c.json({ status: "removed" as const }, 200);
    });
}

function required({ pairing }: WebParts): WebPairing {
  if (pairing) return pairing;
  throw new PraktorError("not_found", "Telegram is off: there is no telegram.token.");
}
