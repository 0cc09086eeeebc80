/** The API's description for everybody, generated from the routes themselves. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { pageTokenHeader } from "@praktor/protocol/page-token";
import { accessRule } from "./access.ts";
import type { WebEnv } from "./web-env.ts";

export const openApiPath = "/api/openapi.json";

/** `cookieName`: of this installation's session cookie, as it is asked for. */
export function openApiDocument(app: OpenAPIHono<WebEnv>, version: string, cookieName: string): object {
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "Praktor", version } });
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      const open = accessRule(method.toUpperCase(), path) === "public";
      Object.assign(operation, { security: open ? [] : [{ session: [], page: [] }, { password: [] }] });
    }
  }
  const securitySchemes = {
    session: { type: "apiKey", in: "cookie", name: cookieName },
    page: { type: "apiKey", in: "header", name: pageTokenHeader, description: "`page_token` of the sign-in" },
    password: { type: "http", scheme: "basic", description: "Any user name" },
  };
  return { ...document, components: { ...document.components, securitySchemes } };
}
