/**
 * What the page shows besides its cookie. A cookie knows no ports: a browser sends it to every server on the same host name, so it alone
 * proves nothing. The page token lies where only the page's own origin reads it.
 */
import { z } from "zod";

export const pageTokenHeader = "praktor-page";

/** A browser gives a WebSocket no headers of ours: the page offers the token as a protocol, beside the one that is chosen. */
export const eventProtocol = "praktor.events";
export const pageTokenProtocol = "praktor.page.";

/** The query parameter, always the last, that makes an address a signed link. */
export const linkParameter = "link";

/** An address whose answer the browser itself is to fetch: a file's bytes, or what a sandbox prints and uses. */
export const LinkCreate = z.object({ address: z.string().max(8192) });
/** `address`: the same, good for a minute in the browser that asked. */
export const LinkView = z.object({ address: z.string() });
