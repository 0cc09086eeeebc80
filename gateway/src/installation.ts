/** What an installation keeps about itself: who it is, its NATS account, how often it was started. */
import { randomBytes } from "node:crypto";
import { Account } from "./natsbus/account.ts";
import type { SettingStore } from "./store/contract/setting-store.ts";

export interface Installation {
  /** Marks this installation's containers, so that another's are never touched. */
  id: string;
  accountSeed: string;
  /** Counts the gateway's lives. */
  epoch: number;
}

export async function loadInstallation(
  settings: SettingStore,
  configuredSeed: string | undefined,
): Promise<Installation> {
  return {
    id: await remembered(settings, "install_id", () => randomBytes(6).toString("hex")),
    accountSeed: configuredSeed ?? (await remembered(settings, "nats_account_seed", () => Account.newSeed())),
    epoch: await settings.increment("epoch"),
  };
}

async function remembered(settings: SettingStore, key: string, make: () => string): Promise<string> {
  const known = await settings.get(key);
  if (known !== null) return known;
  const made = make();
  await settings.set(key, made);
  return made;
}
