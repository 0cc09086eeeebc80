/** The one door: every request, also one that asks for a WebSocket, passes Host, Origin and sign-in here or is refused. */
import type { MiddlewareHandler } from "hono";
import { PraktorError } from "../kit/praktor-error.ts";
import { accessRule, isApi } from "./access.ts";
import { clientAddress } from "./client-address.ts";
import { isSecure } from "./is-secure.ts";
import type { Refusal } from "./request-origin.ts";
import { checkHost, checkOrigin } from "./request-origin.ts";
import { presentedCredential } from "./presented-credential.ts";
import type { SignIn } from "./sign-in.ts";
import type { WebEnv } from "./web-env.ts";

export interface GuardOptions {
  signIn: SignIn;
  /** A proxy in front of us ends TLS: its `X-Forwarded-Proto` and the last of `X-Forwarded-For` are believed. */
  behindProxy: boolean;
  /** Host names, besides loopback, that the page is served under; absent: any, when there is a password. */
  allowedHosts?: readonly string[] | undefined;
}

export function guard(options: GuardOptions): MiddlewareHandler<WebEnv> {
  const { signIn, behindProxy, allowedHosts } = options;
  return async (c, next) => {
    const host = c.req.header("host");
    refuse(checkHost(host, { loopbackOnly: !signIn.required, allowed: allowedHosts }));
    if (!isApi(c.req.path)) return next();

    const secure = isSecure(c, behindProxy);
    const credential = presentedCredential(c, signIn.cookies, secure);
    refuse(
      checkOrigin({
        method: c.req.method,
        upgrade: c.env.upgrade !== undefined,
        host,
        origin: c.req.header("origin"),
        fetchSite: c.req.header("sec-fetch-site"),
        contentType: c.req.header("content-type"),
        secure,
        credential: signIn.kind(credential),
      }),
    );
    if (accessRule(c.req.method, c.req.path) === "public") return next();

    const caller = signIn.caller(credential, clientAddress(c.env.incoming, behindProxy));
    if (!caller) throw new PraktorError("unauthorized", "Sign in first, or send the password by HTTP Basic.");
    c.set("caller", caller);
    return next();
  };
}

function refuse(refusal: Refusal | null): void {
  if (refusal) throw new PraktorError(refusal.code, refusal.message);
}
