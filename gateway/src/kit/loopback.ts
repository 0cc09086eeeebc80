/** Which names and addresses mean "this machine only". */
import { isIPv4 } from "node:net";

/** `host` without a port; an IPv6 address with or without its brackets. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === "localhost" || name === "::1" || name === "[::1]") return true;
  return isIPv4(name) && name.startsWith("127.");
}
