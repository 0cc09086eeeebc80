/** What an installation keeps about itself: who it is, its NATS account, how often it was started. */
import { randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { moveFormerSetting } from "./former-setting.ts";
import { errorMessage, PraktorError } from "./kit/praktor-error.ts";
import { Account } from "./natsbus/account.ts";
import type { SettingStore } from "./store/contract/setting-store.ts";

export interface Installation {
  /** Marks this installation's containers, so that another's are never touched. */
  id: string;
  accountSeed: string;
  /** Counts the gateway's lives. */
  epoch: number;
}

/** The account's seed signs sandboxes' users: it lies in a file of its own beside the database, so that a copy of that opens no bus. */
export async function loadInstallation(
  settings: SettingStore,
  configuredSeed: string | undefined,
  storePath: string,
): Promise<Installation> {
  return {
    id: await remembered(settings, "install_id", () => randomBytes(6).toString("hex")),
    accountSeed: configuredSeed ?? (await seedInFile(settings, `${storePath}.nats-seed`)),
    epoch: await settings.increment("epoch"),
  };
}

async function seedInFile(settings: SettingStore, path: string): Promise<string> {
  const known = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new PraktorError("failed", `The seed of Praktor's NATS account cannot be read: ${errorMessage(error)}.`, {
      hint: `Let Praktor's user read ${path}, or remove it: the next start makes another.`,
      cause: error,
    });
  });
  if (known !== null && known.trim() !== "") return known.trim();
  const former = await moveFormerSetting(settings, "nats_account_seed", (seed) => writeForOwner(path, seed));
  if (former !== null) return former;
  const made = Account.newSeed();
  await writeForOwner(path, made);
  return made;
}

async function writeForOwner(path: string, text: string): Promise<void> {
  try {
    await using file = await open(path, "w", 0o600);
    await file.chmod(0o600);
    await file.writeFile(`${text}\n`);
    await file.sync();
  } catch (error) {
    throw new PraktorError("failed", `The seed of Praktor's NATS account cannot be kept: ${errorMessage(error)}.`, {
      hint: `Let Praktor's user write ${path}, and see to it that the disk has room.`,
      cause: error,
    });
  }
}

async function remembered(settings: SettingStore, key: string, make: () => string): Promise<string> {
  const known = await settings.get(key);
  if (known !== null) return known;
  const made = make();
  await settings.set(key, made);
  return made;
}
