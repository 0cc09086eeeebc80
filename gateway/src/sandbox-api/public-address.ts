/** Which addresses the forward proxy connects to: those of the public internet, and none that leads into this machine or its networks. */
import { BlockList } from "node:net";
import ipaddr from "ipaddr.js";

/** What IANA's registries of special-purpose addresses hold and `ipaddr.js` has no name for. */
const alsoClosed = new BlockList();
/** Azure's own services of a virtual machine answer at an address like any other. */
alsoClosed.addAddress("168.63.129.16");
for (const [network, bits] of [
  // DNS sinks (AS112), multicast tunnels (AMT), sinks again, benchmarking.
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
] as const)
  alsoClosed.addSubnet(network, bits);
for (const [network, bits] of [
  // Protocols of the IETF: benchmarking, ORCHID, Teredo, drones; sinks; documentation.
  ["2001::", 23],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
] as const)
  alsoClosed.addSubnet(network, bits, "ipv6");
/** All IPv6 outside of it is not the internet's. */
const publicIpv6 = new BlockList();
publicIpv6.addSubnet("2000::", 3, "ipv6");

/** False for private, link-local, loopback, shared (CGNAT), reserved and multicast ranges, for their IPv6 forms, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address that is written as an IPv6 one is unwrapped.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  const [text, kind] = [parsed.toString(), parsed.kind()];
  return !alsoClosed.check(text, kind) && (kind === "ipv4" || publicIpv6.check(text, kind));
}
