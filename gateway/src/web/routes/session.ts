/** Signing in and out: `/api/session`. */
import { createRoute } from "@hono/zod-openapi";
import { SessionCreate, SessionView } from "@praktor/protocol/rest";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { clientAddress } from "../client-address.ts";
import { isSecure } from "../is-secure.ts";
import { jsonBody } from "../json-body.ts";
import type { WebParts } from "../parts.ts";
import { presentedCredential } from "../presented-credential.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const path = "/api/session";
const answers = { 200: json(SessionView, "Whether a password is needed, and whether it was given"), ...failure };

const show = createRoute({ method: "get", path, responses: answers });
const signIn = createRoute({
  method: "post",
  path,
  middleware: jsonBody(8 * 1024),
  request: jsonRequest(SessionCreate),
  responses: answers,
});
const signOut = createRoute({ method: "delete", path, responses: answers });

export function sessionRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  const { signIn: owner, behindProxy, hub } = parts;
  return createRoutes()
    .openapi(show, (c) => {
      const credential = presentedCredential(c, owner.cookies, isSecure(c, behindProxy));
      const signedIn = owner.caller(credential, clientAddress(c.env.incoming, behindProxy)) !== null;
      return c.json({ required: owner.required, signed_in: signedIn }, 200);
    })
    .openapi(signIn, async (c) => {
      const address = clientAddress(c.env.incoming, behindProxy);
      const from = { address, device: owner.cookies.readDevice(c.env.incoming) };
      const session = await owner.signIn(c.req.valid("json").password, from);
      if (!session) return c.json({ required: owner.required, signed_in: true }, 200);
      const secure = isSecure(c, behindProxy);
      owner.cookies.writeSession(c, session.token, session.maxAgeSeconds, secure);
      if (session.device !== null) owner.cookies.writeDevice(c, session.device, secure);
      return c.json({ required: owner.required, signed_in: true, page_token: session.pageToken }, 200);
    })
    .openapi(signOut, async (c) => {
      // The cookie is enough: what a page has lost must not leave its session open.
      const secure = isSecure(c, behindProxy);
      const { cookie } = presentedCredential(c, owner.cookies, secure);
      const session = cookie === undefined ? null : owner.sessions.find(cookie);
      if (session !== null) await owner.sessions.end(session);
      hub.recheck();
      owner.cookies.clearSession(c, secure);
      return c.json({ required: owner.required, signed_in: !owner.required }, 200);
    });
}
