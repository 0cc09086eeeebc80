/** Where the page listens and under which password. On a host the settings say so; in a container, and where agents share the loopback, the gateway sees to it by itself. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Settings } from "./config/schema.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import { moveFormerSetting } from "./former-setting.ts";
import type { SettingStore } from "./store/contract/setting-store.ts";
import { madePassword, type MadePassword } from "./web/password.ts";

export interface WebAccess {
  host: string;
  password: string | MadePassword | null;
}

export interface WebAccessParts {
  settings: Settings;
  store: SettingStore;
  log: Logger;
  /** A password was made: it must be seen nowhere but where it is printed. */
  onMade: (password: string) => void;
  /** Agents reach this machine's loopback, and work with a real model: the page must know them from people. */
  agentsReachIt: boolean;
  /** The gateway's address on its own network, undefined outside of a container. Rejects while the engine is away. */
  containerAddress: (signal: AbortSignal) => Promise<string | undefined>;
}

const defaultHost = "127.0.0.1";

export async function webAccess(
  { settings, store, log, onMade, agentsReachIt, containerAddress }: WebAccessParts,
  signal: AbortSignal,
): Promise<WebAccess> {
  const { host, auth } = settings.web;
  const chosen = auth ?? null;
  if (host !== defaultHost) return { host, password: chosen };
  const address = await addressInContainer(containerAddress, log, signal);
  if (address === undefined && !agentsReachIt) return { host, password: chosen };
  return { host: address ?? host, password: chosen ?? (await rememberedPassword(store, onMade)) };
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

const settingKey = "web.made_password";

/** Made at the first start and printed that once (not logged: logs are kept); of it a hash is kept. */
async function rememberedPassword(store: SettingStore, onMade: (password: string) => void): Promise<MadePassword> {
  const known = await store.get(settingKey);
  if (known !== null) return { sha256: known };
  const keep = (password: string): Promise<void> => store.set(settingKey, madePassword(password).sha256);
  const former = await moveFormerSetting(store, "web_password", keep);
  if (former !== null) return madePassword(former);
  const made = randomBytes(15).toString("base64url");
  onMade(made);
  // First: one that was kept and not printed would be nobody's.
  process.stdout.write(
    `\nThe page's password, printed this once: ${made}\nOnly a hash of it is kept. Set PRAKTOR_WEB_PASSWORD for one of your own, or when this one is lost.\n\n`,
  );
  await keep(made);
  return madePassword(made);
}
