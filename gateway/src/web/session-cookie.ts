/** The cookies of a browser that signed in: its session's token, and for longer what makes it known. */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { type CookieOptions, parse } from "hono/utils/cookie";
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

const deviceCookieName = "praktor_device";
const deviceLifeSeconds = 365 * 24 * 60 * 60;

/** Also before anything else is known of a request. */
export function readDeviceCookie({ headers }: IncomingMessage): string | undefined {
  return parse(headers.cookie ?? "", deviceCookieName)[deviceCookieName];
}

export function writeDeviceCookie(c: Context<WebEnv>, token: string, secure: boolean): void {
  setCookie(c, deviceCookieName, token, { ...options(secure), maxAge: deviceLifeSeconds });
}

function options(secure: boolean): CookieOptions {
  return { path: "/", httpOnly: true, sameSite: "Strict", secure };
}
