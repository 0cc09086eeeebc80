/**
 * May this request be answered at all, whoever sends it? Host and Origin decide, so that no other site can use the owner's browser:
 * neither through a name that points here (DNS rebinding) nor through a request that carries the cookie (CSRF).
 */
import { isLoopback } from "../kit/loopback.ts";

/** What is known of a request before its credential is looked at. */
export interface RequestFacts {
  method: string;
  /** Asks to become a WebSocket: a GET, but one that no preflight protects. */
  upgrade: boolean;
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`; browsers send it to trustworthy addresses only, so its absence proves nothing. */
  fetchSite: string | undefined;
  contentType: string | undefined;
  /** TLS between browser and us (or the proxy in front of us). */
  secure: boolean;
  /** What the request wants to be let in with. */
  credential: "basic" | "cookie" | "none";
}

export interface Refusal {
  code: "bad_host" | "cross_origin" | "unsafe_content_type";
  message: string;
}

const hostPattern = /^(?<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::\d{1,5})?$/;

/**
 * The Host header must be one name. `loopbackOnly` (no password): it must mean this machine, since a page whose name was pointed at
 * 127.0.0.1 would be same-origin with us otherwise. `allowed`: host names, without a port, that are accepted besides loopback.
 */
export function checkHost(
  host: string | undefined,
  rule: { loopbackOnly: boolean; allowed?: readonly string[] | undefined },
): Refusal | null {
  const name = host === undefined ? undefined : hostPattern.exec(host.toLowerCase())?.groups?.["name"];
  if (name === undefined) return { code: "bad_host", message: "The Host header must name one host." };
  if (isLoopback(name)) return null;
  if (rule.loopbackOnly) {
    return {
      code: "bad_host",
      message: `Without a password Praktor answers only under a loopback name such as localhost, not "${name}". Set web.auth to use another name.`,
    };
  }
  if (rule.allowed && !rule.allowed.some((allowed) => allowed.toLowerCase() === name)) {
    return { code: "bad_host", message: `Praktor is not served under the name "${name}".` };
  }
  return null;
}

/** For API requests. What a browser says about where the request comes from must be exactly our own origin. */
export function checkOrigin(facts: RequestFacts): Refusal | null {
  const changes = facts.upgrade || !(facts.method === "GET" || facts.method === "HEAD");
  if (facts.origin !== undefined) {
    const own = `${facts.secure ? "https" : "http"}://${facts.host?.toLowerCase()}`;
    if (facts.origin.toLowerCase() !== own) return crossOrigin(`it comes from ${facts.origin}, and this is ${own}`);
  }
  if (facts.fetchSite !== undefined && facts.fetchSite !== "same-origin") {
    // "none" is a person's own doing (an address typed, a bookmark), which can only read.
    if (changes || facts.fetchSite !== "none") return crossOrigin(`the browser calls it ${facts.fetchSite}`);
  }
  if (!changes || facts.origin !== undefined || facts.fetchSite !== undefined) return null;
  if (facts.credential === "cookie") return crossOrigin("a request with the session cookie must carry its Origin");
  if (facts.credential === "none" && facts.method === "POST" && !isJson(facts.contentType)) {
    return {
      code: "unsafe_content_type",
      message: "A POST without Origin or Basic authentication must have the content type application/json.",
    };
  }
  return null;
}

export function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(?:;|$)/i.test(contentType ?? "");
}

function crossOrigin(reason: string): Refusal {
  return { code: "cross_origin", message: `Refused as a request from another site: ${reason}.` };
}
