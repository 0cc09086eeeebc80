/** Where the page listens and under which password. On a host the settings say so; in a container, and where agents share the loopback, the gateway sees to it by itself. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Settings } from "./config/schema.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { SettingStore } from "./store/contract/setting-store.ts";

export interface WebAccess {
  host: string;
  password: string | null;
}

export interface WebAccessParts {
  settings: Settings;
  store: SettingStore;
  log: Logger;
  /** Agents reach this machine's loopback, and work with a real model: the page must know them from people. */
  agentsReachIt: boolean;
  /** The gateway's address on its own network, undefined outside of a container. Rejects while the engine is away. */
  containerAddress: (signal: AbortSignal) => Promise<string | undefined>;
}

const defaultHost = "127.0.0.1";

export async function webAccess(
  { settings, store, log, agentsReachIt, containerAddress }: WebAccessParts,
  signal: AbortSignal,
): Promise<WebAccess> {
  const { host, auth } = settings.web;
  const chosen = auth ?? null;
  if (host !== defaultHost) return { host, password: chosen };
  const address = await addressInContainer(containerAddress, log, signal);
  if (address === undefined && !agentsReachIt) return { host, password: chosen };
  return { host: address ?? host, password: chosen ?? (await rememberedPassword(store)) };
}

async function addressInContainer(
  containerAddress: WebAccessParts["containerAddress"],
  log: Logger,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await containerAddress(signal);
  } catch (error) {
    // Without the engine no agent's bridge can be joined: whatever address there is, is the gateway's own.
    if (!existsSync("/.dockerenv")) return undefined;
    log.error(
      { error: errorMessage(error) },
      "The container engine does not answer. In compose the gateway reaches its socket through the group DOCKER_GID: run `make .env`, or set it to what `stat -c %g /var/run/docker.sock` prints, and start again.",
    );
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    return addresses.find((candidate) => candidate.family === "IPv4" && !candidate.internal)?.address;
  }
}

/** Made at the first start, printed that once (not logged: logs are kept), and kept with the data. */
async function rememberedPassword(store: SettingStore): Promise<string> {
  const known = await store.get("web_password");
  if (known !== null) return known;
  const made = randomBytes(15).toString("base64url");
  await store.set("web_password", made);
  process.stdout.write(
    `\nThe page's password, printed this once: ${made}\nSet PRAKTOR_WEB_PASSWORD for one of your own.\n\n`,
  );
  return made;
}
