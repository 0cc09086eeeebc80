/** What the bridge of a group is made like, so that its policy holds and a firewall's rule can name it. */
import { createHash } from "node:crypto";
import type { SandboxGroup } from "../sandbox.ts";

/** With the bridge's interface: all of one installation's begin alike, so that one rule of a firewall means them all. */
export function bridgeOptions(
  prefix: string,
  group: SandboxGroup,
  gatewayIsContainer: boolean,
): Record<string, string> {
  return {
    "com.docker.network.bridge.name": `${interfacePrefix(prefix)}${shortHash(group.folder, 7)}`,
    // A gateway on the host listens on the bridge's own address; where it is a container, the host needs none there.
    ...(gatewayIsContainer && isInternal(group) ? { "com.docker.network.bridge.inhibit_ipv4": "true" } : {}),
  };
}

export const isInternal = ({ network }: Pick<SandboxGroup, "network">): boolean => network !== "open";

/** Interfaces have at most 15 letters. */
export const interfacePrefix = (prefix: string): string => `prk${shortHash(prefix, 4)}-`;

const shortHash = (text: string, letters: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, letters);
