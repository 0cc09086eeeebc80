/** Secrets for agents: `/api/vault`. Values go in and never come out. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { GroupId } from "@praktor/protocol/ids";
import { SecretAssign, SecretName, SecretSet, VaultChange, VaultView } from "@praktor/protocol/vault";
import { PraktorError } from "../../kit/praktor-error.ts";
import { pageActor } from "../audit-trail.ts";
import { jsonBody } from "../json-body.ts";
import type { WebParts } from "../parts.ts";
import type { WebVault } from "../ports.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import { createRoutes, type WebEnv } from "../web-env.ts";

const secretPath = "/api/vault/{name}";
const groupPath = "/api/vault/{name}/groups/{groupID}";
/** A value of 64 KB, each character written as an escape. */
const maxBytes = 512 * 1024;
const name = z.object({ name: SecretName });
const place = name.extend({ groupID: GroupId });
const changed = json(VaultChange, "Which sandboxes start anew because of it, now or after their work");

const show = createRoute({
  method: "get",
  path: "/api/vault",
  responses: { 200: json(VaultView, "Names, dates, and who is given what; never a value"), ...failure },
});
const set = createRoute({
  method: "put",
  path: secretPath,
  middleware: jsonBody(maxBytes),
  request: { params: name, ...jsonRequest(SecretSet) },
  responses: { 200: changed, ...failure },
});
const remove = createRoute({
  method: "delete",
  path: secretPath,
  request: { params: name },
  responses: { 200: changed, ...failure },
});
const assign = createRoute({
  method: "put",
  path: groupPath,
  middleware: jsonBody(),
  request: { params: place, ...jsonRequest(SecretAssign) },
  responses: { 200: changed, ...failure },
});
const unassign = createRoute({
  method: "delete",
  path: groupPath,
  request: { params: place },
  responses: { 200: changed, ...failure },
});

export function vaultRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes()
    .openapi(show, async (c) => c.json(await required(parts).view(), 200))
    .openapi(set, async (c) => {
      const { value } = c.req.valid("json");
      return c.json(await required(parts).set(c.req.valid("param").name, value, pageActor(c.var.caller)), 200);
    })
    .openapi(remove, async (c) => {
      return c.json(await required(parts).remove(c.req.valid("param").name, pageActor(c.var.caller)), 200);
    })
    .openapi(assign, async (c) => {
      const { name: secret, groupID } = c.req.valid("param");
      const { delivery, target } = c.req.valid("json");
      const given = await required(parts).assign(secret, groupID, { delivery, target }, pageActor(c.var.caller));
      return c.json(given, 200);
    })
    .openapi(unassign, async (c) => {
      const { name: secret, groupID } = c.req.valid("param");
      return c.json(await required(parts).unassign(secret, groupID, pageActor(c.var.caller)), 200);
    });
}

function required({ vault }: WebParts): WebVault {
  if (vault) return vault;
  throw new PraktorError("not_found", "There is no vault here.");
}
