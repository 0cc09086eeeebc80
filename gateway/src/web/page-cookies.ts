/** The cookies of a browser that signed in: its session's token, and for longer what makes it known. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { type CookieOptions, parse } from "hono/utils/cookie";
import type { WebStore } from "./ports.ts";
import type { WebEnv } from "./web-env.ts";

const settingKey = "web.cookie_mark";
const deviceLifeSeconds = 365 * 24 * 60 * 60;

export class PageCookies {
  readonly #mark: string;

  private constructor(mark: string) {
    this.#mark = mark;
  }

  /** Browsers do not tell ports apart: two Praktors on one host name would overwrite each other's, so each marks its own. */
  static async open(settings: WebStore["settings"]): Promise<PageCookies> {
    const known = await settings.get(settingKey);
    if (known !== null) return new PageCookies(known);
    const made = randomBytes(4).toString("hex");
    await settings.set(settingKey, made);
    return new PageCookies(made);
  }

  /** On TLS the browser itself sees to it that no other host of the domain, and nothing without TLS, sets the cookie. */
  nameOf(kind: "session" | "device", secure: boolean): string {
    return `${secure ? "__Host-" : ""}praktor_${kind}_${this.#mark}`;
  }

  readSession(c: Context<WebEnv>, secure: boolean): string | undefined {
    return getCookie(c, this.nameOf("session", secure));
  }

  /** `secure`: exactly on TLS; a browser would not send it back over plain HTTP. */
  writeSession(c: Context<WebEnv>, token: string, maxAgeSeconds: number, secure: boolean): void {
    setCookie(c, this.nameOf("session", secure), token, { ...options(secure), maxAge: maxAgeSeconds });
  }

  clearSession(c: Context<WebEnv>, secure: boolean): void {
    deleteCookie(c, this.nameOf("session", secure), options(secure));
  }

  /** Also before anything else is known of a request. */
  readDevice({ headers }: IncomingMessage): string | undefined {
    const [onTls, plain] = [this.nameOf("device", true), this.nameOf("device", false)];
    const sent = parse(headers.cookie ?? "");
    return sent[onTls] ?? sent[plain];
  }

  writeDevice(c: Context<WebEnv>, token: string, secure: boolean): void {
    setCookie(c, this.nameOf("device", secure), token, { ...options(secure), maxAge: deviceLifeSeconds });
  }
}

function options(secure: boolean): CookieOptions {
  return { path: "/", httpOnly: true, sameSite: "Strict", secure };
}
