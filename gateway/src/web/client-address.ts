/** Where a request comes from, for bounding attempts and for the audit log. */
import type { IncomingMessage } from "node:http";

/** Behind a proxy of ours the last forwarded address is the one that it saw. */
export function clientAddress({ headers, socket }: IncomingMessage, behindProxy: boolean): string {
  const forwarded = behindProxy ? headers["x-forwarded-for"] : undefined;
  const all = Array.isArray(forwarded) ? forwarded.join(",") : forwarded;
  return all?.split(",").at(-1)?.trim() || (socket.remoteAddress ?? "unknown");
}
