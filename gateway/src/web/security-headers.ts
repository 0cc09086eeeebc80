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

export function securityHeaders(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    const headers = c.res.headers;
    const api = isApi(c.req.path);
    headers.set("Content-Security-Policy", api ? apiPolicy : pagePolicy);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if (api) headers.set("Cache-Control", "no-store");
  };
}
