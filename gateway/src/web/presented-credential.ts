/** What a request shows to be let in. */
import { linkParameter, pageTokenHeader, pageTokenProtocol } from "@praktor/protocol/page-token";
import type { Context } from "hono";
import type { PageCookies } from "./page-cookies.ts";
import type { WebEnv } from "./web-env.ts";

export interface PresentedCredential {
  /** The `Authorization` header. */
  authorization: string | undefined;
  /** The session cookie's value. */
  cookie: string | undefined;
  /** What this browser was given when it signed in before. */
  device: string | undefined;
  /** The page token, from its header or, of a WebSocket, among the protocols that are offered. */
  pageToken: string | undefined;
  /** A signed link: the address that was signed, and its seal. */
  link: SealedAddress | undefined;
}

export interface SealedAddress {
  /** Path and query. */
  address: string;
  seal: string;
}

/** `secure`: it came over TLS. */
export function presentedCredential(c: Context<WebEnv>, cookies: PageCookies, secure: boolean): PresentedCredential {
  return {
    authorization: c.req.header("authorization"),
    cookie: cookies.readSession(c, secure),
    device: cookies.readDevice(c.env.incoming),
    pageToken: c.req.header(pageTokenHeader) ?? tokenAmong(c.req.header("sec-websocket-protocol")),
    link: c.req.method === "GET" || c.req.method === "HEAD" ? sealedAddress(c.req.url) : undefined,
  };
}

function tokenAmong(protocols: string | undefined): string | undefined {
  const offered = protocols?.split(",").map((protocol) => protocol.trim());
  return offered?.find((protocol) => protocol.startsWith(pageTokenProtocol))?.slice(pageTokenProtocol.length);
}

/** The seal stands at the end, so that what was signed is the text before it. */
function sealedAddress(url: string): SealedAddress | undefined {
  const { pathname, search } = new URL(url);
  const at = search.lastIndexOf(`${linkParameter}=`);
  if (at < 1) return undefined;
  return { address: pathname + search.slice(0, at - 1), seal: search.slice(at + linkParameter.length + 1) };
}
