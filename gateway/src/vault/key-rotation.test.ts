/** A key file's rotation, cut or refused at each of its steps: at every moment one of the files opens what is in the database. */
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandLine } from "../kit/audit.ts";
import { systemClock } from "../kit/clock.ts";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger, type Logger } from "../kit/logger.ts";
import { SqliteStore } from "../store/sqlite-store.ts";
import { createKeyFile, keyDisk, readKeyFile, type KeyDisk } from "./key-file.ts";
import { Vault, type VaultOptions } from "./vault.ts";
import { VaultKey } from "./vault-key.ts";

let folder: string;
let keyFile: string;
let store: SqliteStore;
let warnings: string[];
const value = "ghp_0123456789abcdef";
const busy = (): Error => Object.assign(new Error("EBUSY: resource busy or locked"), { code: "EBUSY" });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "praktor-rotation-"));
  keyFile = join(folder, "vault.key");
  warnings = [];
  const path = join(folder, "praktor.db");
  store = await SqliteStore.open({
    path,
    clock: systemClock,
    ids: timeSortedIds(systemClock),
    logger: silentLogger,
  });
  await createKeyFile(keyFile);
  await vaultWith({}).set("A", value, commandLine);
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function vaultWith(change: Partial<VaultOptions>): Vault {
  const logger: Logger = { ...silentLogger, warn: (_fields, message) => void warnings.push(message) };
  const { vault } = store;
  return new Vault({ store: vault, logger, passphrase: undefined, keyFile, onValues: () => {}, ...change });
}

const keyFiles = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.startsWith("vault.key"));

async function filesThatOpen(): Promise<string[]> {
  const record = await store.vault.key();
  const opening: string[] = [];
  for (const name of await keyFiles()) {
    const key = await readKeyFile(join(folder, name)).catch(() => null);
    if (key && record && (await VaultKey.open({ kind: "file", path: "", key }, record))) opening.push(name);
  }
  return opening;
}

/** As the real one, without its waits for the disk, of which hundreds would take a busy machine long. */
const quickDisk: KeyDisk = {
  create: (path, key) => writeFile(path, `${key.toString("base64")}\n`, { flag: "wx", mode: 0o600 }),
  rename,
  remove: (path) => rm(path, { force: true }),
};

type Cut = "before" | "after" | "from then on";

/** A disk and a store whose steps are counted, of which one fails: before it is done, after it, or it and every later one. */
function failingAt(step: number, cut: Cut): { options: Partial<VaultOptions>; steps: () => number; lost: string[] } {
  let count = 0;
  const lost: string[] = [];
  const counted = async (name: string, work: () => Promise<void>): Promise<void> => {
    const mine = count;
    count += 1;
    const isCut = mine === step || (mine > step && cut === "from then on");
    if (isCut && cut !== "after") throw busy();
    await work();
    if ((await filesThatOpen()).length === 0) lost.push(`${mine} ${name}`);
    if (isCut) throw busy();
  };
  const disk: KeyDisk = {
    create: (path, key) => counted("create", () => quickDisk.create(path, key)),
    rename: (from, to) => counted("rename", () => quickDisk.rename(from, to)),
    remove: (path) => counted("remove", () => quickDisk.remove(path)),
  };
  const { vault } = store;
  const rekeying = new Proxy(vault, {
    get: (target, name) => {
      if (name === "rekey")
        return (...all: Parameters<typeof vault.rekey>) => counted("rekey", () => vault.rekey(...all));
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { options: { disk, store: rekeying }, steps: () => count, lost };
}

test(
  "fails at no step so that no file opens the record, and the next start and the next rotation put all in order",
  { timeout: 60_000 },
  async () => {
    const whole = failingAt(Number.POSITIVE_INFINITY, "before");
    await vaultWith(whole.options).rotate(null, commandLine);
    expect(whole.steps()).toBeGreaterThan(5);
    expect(whole.lost).toEqual([]);
    for (const cut of ["before", "after", "from then on"] as const) {
      for (let step = 0; step < whole.steps(); step += 1) {
        const { options, lost } = failingAt(step, cut);
        const outcome = await vaultWith(options)
          .rotate(null, commandLine)
          .then(
            () => "rotated",
            () => "refused",
          );
        const where = { cut, step, outcome };
        expect({ ...where, lost, opening: await filesThatOpen() }).toEqual({
          ...where,
          lost: [],
          opening: expect.arrayContaining([expect.any(String)]),
        });
        const next = vaultWith({ disk: quickDisk });
        expect({ ...where, state: await next.state() }).toEqual({ ...where, state: { state: "open" } });
        expect({ ...where, files: await keyFiles() }).toEqual({ ...where, files: ["vault.key"] });
      }
      await vaultWith({ disk: quickDisk }).rotate(null, commandLine);
      expect(await vaultWith({}).reveal("A")).toBe(value);
    }
  },
);

test("is refused before anything is under the new key, where the file cannot be replaced", async () => {
  const before = await readFile(keyFile, "utf8");
  const disk: KeyDisk = {
    ...keyDisk,
    rename: (from, to) => (to === keyFile ? Promise.reject(busy()) : keyDisk.rename(from, to)),
  };
  const vault = vaultWith({ disk });
  for (const _again of [1, 2]) {
    await expect(vault.rotate(null, commandLine)).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining("nothing was changed"),
      hint: expect.stringContaining("mount its folder"),
    });
    expect(await keyFiles()).toEqual(["vault.key"]);
  }
  expect(await readFile(keyFile, "utf8")).toBe(before);
  expect(await vaultWith({}).reveal("A")).toBe(value);
});

test("opens with the key beside a file that cannot be replaced, says what to do, and never removes it", async () => {
  const old = await readFile(keyFile, "utf8");
  await vaultWith({}).rotate(null, commandLine);
  const key = await readFile(keyFile, "utf8");
  await writeFile(`${keyFile}.next`, key, { mode: 0o600 });
  await writeFile(keyFile, old);
  const disk: KeyDisk = { ...keyDisk, rename: () => Promise.reject(busy()) };
  const vault = vaultWith({ disk });
  expect(await vault.start()).toEqual({ state: "open" });
  expect(warnings).toEqual([expect.stringContaining("copy it over that file")]);
  await expect(vault.rotate(null, commandLine)).rejects.toMatchObject({ code: "failed" });
  expect(await readFile(`${keyFile}.next`, "utf8")).toBe(key);
  expect(await vaultWith({ disk }).reveal("A")).toBe(value);
  // As it was told.
  await writeFile(keyFile, key);
  expect(await vaultWith({ disk }).reveal("A")).toBe(value);
  expect(await keyFiles()).toEqual(["vault.key"]);
});

test("is refused when another key was put in the file's place meanwhile, which stays as it is", async () => {
  const vault = vaultWith({});
  await vault.start();
  await rm(keyFile);
  await createKeyFile(keyFile);
  const strange = await readFile(keyFile, "utf8");
  await expect(vault.rotate(null, commandLine)).rejects.toMatchObject({ code: "failed" });
  expect(await readFile(keyFile, "utf8")).toBe(strange);
});
