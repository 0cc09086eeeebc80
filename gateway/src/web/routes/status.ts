/** How the gateway is: `/healthz` and `/readyz` for whatever watches it, `/api/status` for the owner. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { StatusView } from "@praktor/protocol/rest";
import { abortable } from "../../kit/deadline.ts";
import type { WebParts } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const healthTimeoutMs = 5_000;
/** Anybody may ask, so the parts are not asked more often than this. */
const healthFreshMs = 1_000;
/** A gateway without a model key is ready: it works and says what is missing. */
const notNeeded: ReadonlySet<string> = new Set(["model"]);

const Readiness = z.object({ status: z.enum(["ok", "unavailable"]), failing: z.array(z.string()) });

const alive = createRoute({
  method: "get",
  path: "/healthz",
  responses: { 200: json(z.object({ status: z.literal("ok") }), "The process answers") },
});
const ready = createRoute({
  method: "get",
  path: "/readyz",
  responses: {
    200: json(Readiness, "All parts work"),
    503: json(Readiness, "The names of the parts that do not"),
  },
});
const status = createRoute({
  method: "get",
  path: "/api/status",
  responses: { 200: json(StatusView, "The gateway, measured now"), ...failure },
});

export function statusRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  let fresh: { at: number; failing: Promise<string[]> } | null = null;
  const failing = (): Promise<string[]> => {
    const now = parts.clock.now();
    if (!fresh || Math.abs(now - fresh.at) > healthFreshMs) fresh = { at: now, failing: failingParts(parts) };
    return fresh.failing;
  };
  return createRoutes()
    .openapi(alive, (c) => c.json({ status: "ok" as const }, 200))
    .openapi(ready, async (c) => {
      const names = await failing();
      return names.length === 0
        ? c.json({ status: "ok" as const, failing: names }, 200)
        : c.json({ status: "unavailable" as const, failing: names }, 503);
    })
    .openapi(status, async (c) => c.json(await parts.actions.status(), 200));
}

async function failingParts(parts: WebParts): Promise<string[]> {
  try {
    const health = await abortable(parts.actions.health(), AbortSignal.timeout(healthTimeoutMs));
    return health.filter(({ ok, name }) => !ok && !notNeeded.has(name)).map(({ name }) => name);
  } catch {
    // Who cannot say how its parts are is not ready; the reason is in the log of whoever failed.
    return ["gateway"];
  }
}
