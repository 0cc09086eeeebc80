/** Whether a request came over TLS: only a proxy in front of us knows. */
import type { Context } from "hono";
import type { WebEnv } from "./web-env.ts";

export function isSecure(c: Context<WebEnv>, behindProxy: boolean): boolean {
  const forwarded = behindProxy ? c.req.header("x-forwarded-proto") : undefined;
  return forwarded?.split(",")[0]?.trim().toLowerCase() === "https";
}
