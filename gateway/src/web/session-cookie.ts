/** The cookie that carries a session's token. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { CookieOptions } from "hono/utils/cookie";
import type { WebEnv } from "./web-env.ts";

export const cookieName = "praktor_session";

export function readSessionCookie(c: Context<WebEnv>): string | undefined {
  return getCookie(c, cookieName);
}

/** `Secure` exactly on TLS: a browser would not send it back over plain HTTP. */
export function writeSessionCookie(c: Context<WebEnv>, token: string, maxAgeSeconds: number, secure: boolean): void {
  setCookie(c, cookieName, token, { ...options(secure), maxAge: maxAgeSeconds });
}

export function clearSessionCookie(c: Context<WebEnv>, secure: boolean): void {
  deleteCookie(c, cookieName, options(secure));
}

function options(secure: boolean): CookieOptions {
  return { path: "/", httpOnly: true, sameSite: "Strict", secure };
}
