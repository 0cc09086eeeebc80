/** Headers that keep a browser from doing with our answers what they were not made for. */
import type { MiddlewareHandler } from "hono";
import { isApi } from "./access.ts";
import type { WebEnv } from "./web-env.ts";

/** No inline script or style, nothing from elsewhere, in nobody's frame. `connect-src 'self'` includes the WebSocket. */
const pagePolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** An API's answer, or an agent's file, is never a document: opened as one it can do nothing. */
const apiPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Sent whatever the answer. */
const everywhere = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
} as const;

const pageHeaders = { ...everywhere, "Content-Security-Policy": pagePolicy } as const;

/** What every answer of the API carries. */
export const apiHeaders = {
  ...everywhere,
  "Content-Security-Policy": apiPolicy,
  "Cache-Control": "no-store",
} as const;

export function securityHeaders(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(isApi(c.req.path) ? apiHeaders : pageHeaders)) {
      c.res.headers.set(name, value);
    }
  };
}
