/** Takes known secrets out of every JSON answer: what people wrote and agents said may hold them. */
import type { MiddlewareHandler } from "hono";
import type { WebRedactor } from "./ports.ts";
import type { WebEnv } from "./web-env.ts";

/** The document of the API is made of our own words alone. */
const untouched = "/api/openapi.json";

export function redactAnswers(redactor: WebRedactor): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    if (c.req.path === untouched || !c.res.headers.get("content-type")?.startsWith("application/json")) return;
    const text = await c.res.clone().text();
    if (redactor.redact(text) === text) return;
    const { status, headers } = c.res;
    const body: unknown = JSON.parse(text);
    const kept = new Headers(headers);
    kept.delete("content-length");
    c.res = undefined;
    c.res = new Response(JSON.stringify(redactor.redactDeep(body)), { status, headers: kept });
  };
}
