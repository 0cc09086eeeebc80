/** Which addresses the forward proxy connects to: those of the public internet, and none that leads into this machine or its networks. */
import { BlockList } from "node:net";
import ipaddr from "ipaddr.js";

/** Where `ipaddr.js` knows no name for a range: benchmarking (RFC 2544). All IPv6 outside of 2000::/3 is not the internet's. */
const alsoClosed = new BlockList();
alsoClosed.addSubnet("198.18.0.0", 15);
const publicIpv6 = new BlockList();
publicIpv6.addSubnet("2000::", 3, "ipv6");

/** False for private, link-local, loopback, shared (CGNAT), reserved and multicast ranges, for their IPv6 forms, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address that is written as an IPv6 one is unwrapped.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  const text = parsed.toString();
  return parsed.kind() === "ipv6" ? publicIpv6.check(text, "ipv6") : !alsoClosed.check(text);
}
