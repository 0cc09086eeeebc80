/** The vault on a real store: what it keeps, what it gives, and what happens without its key. */
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { VaultOrder } from "@praktor/protocol/vault";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandLine } from "../kit/audit.ts";
import { systemClock } from "../kit/clock.ts";
import { silentLogger } from "../kit/logger.ts";
import { timeSortedIds } from "../kit/ids.ts";
import { SqliteStore } from "../store/sqlite-store.ts";
import { createKeyFile } from "./key-file.ts";
import { Vault, type VaultOptions } from "./vault.ts";
import { VaultKey } from "./vault-key.ts";

let folder: string;
let path: string;
let store: SqliteStore;
let known: readonly string[];
const value = "ghp_0123456789abcdef";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "praktor-vault-"));
  path = join(folder, "praktor.db");
  store = await open();
  known = [];
  for (const id of ["1", "2"]) await store.groups.create({ id, name: id, folder: `f${id}` });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const open = (): Promise<SqliteStore> =>
  SqliteStore.open({ path, clock: systemClock, ids: timeSortedIds(systemClock), logger: silentLogger });
const vaultWith = (key: Partial<Pick<VaultOptions, "passphrase" | "keyFile" | "logger">>): Vault =>
  new Vault({
    store: store.vault,
    logger: silentLogger,
    passphrase: undefined,
    keyFile: undefined,
    onValues: (secrets) => {
      known = secrets.map((secret) => secret.value);
    },
    ...key,
  });
const give = (vault: Vault, secretName: string, groupId: string, delivery: "env" | "file" = "env"): Promise<void> =>
  vault.assign({ secretName, groupId, delivery, target: secretName }, commandLine);

test("keeps secrets over a restart, gives each group what it was assigned, and no file holds a value", async () => {
  const vault = vaultWith({ passphrase: "correct horse" });
  expect(await vault.start()).toEqual({ state: "open" });
  await vault.set("GITHUB_TOKEN", value, commandLine);
  await vault.set("ssh.key", "line one of the key\nline two of it\n", commandLine);
  await give(vault, "GITHUB_TOKEN", "1");
  await give(vault, "ssh.key", "1", "file");
  expect(await vault.given("2")).toEqual([]);
  const again = vaultWith({ passphrase: "correct horse" });
  await again.start();
  expect(known).toContain(value);
  expect(await again.given("1")).toEqual([
    { delivery: "env", target: "GITHUB_TOKEN", value },
    { delivery: "file", target: "ssh.key", value: "line one of the key\nline two of it\n" },
  ]);
  expect(JSON.stringify(await again.list())).not.toContain(value);
  expect(await again.set("GITHUB_TOKEN", "another-value", commandLine)).toEqual(["1"]);
  expect(known).toEqual(expect.arrayContaining([value, "another-value"]));
  expect(await again.remove("GITHUB_TOKEN", commandLine)).toEqual(["1"]);
  expect(await again.remove("GITHUB_TOKEN", commandLine)).toBeNull();
  expect((await again.given("1")).map(({ target }) => target)).toEqual(["ssh.key"]);
  await store[Symbol.asyncDispose]();
  const bytes = await readFile(path);
  for (const hidden of [value, "another-value", "line two", "correct horse"])
    expect(bytes.includes(hidden)).toBe(false);
  store = await open();
});

test("under a wrong passphrase it is locked, says so, and changes nothing", async () => {
  await vaultWith({ passphrase: "the right passphrase" }).set("A", value, commandLine);
  await give(vaultWith({ passphrase: "the right passphrase" }), "A", "1");
  for (const wrong of [
    vaultWith({ passphrase: "the wrong passphrase" }),
    vaultWith({}),
    vaultWith({ keyFile: join(folder, "k") }),
  ]) {
    const state = await wrong.start();
    expect(state).toMatchObject({ state: "locked", reason: expect.stringContaining("The vault is locked:") });
    await expect(wrong.given("1")).rejects.toMatchObject({
      code: "vault_locked",
      message: expect.stringContaining("This group's secrets (A) cannot be read."),
    });
    expect(await wrong.given("2")).toEqual([]);
    await expect(wrong.set("B", value, commandLine)).rejects.toMatchObject({ code: "vault_locked" });
    await expect(wrong.rotate("new passphrase", commandLine)).rejects.toMatchObject({ code: "vault_locked" });
    expect((await wrong.list()).map(({ name }) => name)).toEqual(["A"]);
  }
  expect(await vaultWith({ passphrase: "the right passphrase" }).given("1")).toHaveLength(1);
});

test("a vault whose passphrase is lost begins anew once its secrets are deleted, and not before", async () => {
  await vaultWith({ passphrase: "the lost passphrase" }).set("A", value, commandLine);
  await give(vaultWith({ passphrase: "the lost passphrase" }), "A", "1");
  await store.sandboxes.begin({ id: "s", groupId: "1", tokenHash: "h" });
  const vault = vaultWith({ passphrase: "another passphrase" });
  await expect(vault.set("B", value, commandLine)).rejects.toMatchObject({ code: "vault_locked" });
  await vault.remove("A", commandLine);
  // What a sandbox may have still opens with the lost one.
  await expect(vault.set("A", "set-again", commandLine)).rejects.toMatchObject({ code: "vault_locked" });
  await store.sandboxes.stopped("s", null);
  await vault.set("A", "set-again", commandLine);
  expect(await vault.state()).toEqual({ state: "open" });
  expect(await vaultWith({ passphrase: "another passphrase" }).reveal("A")).toBe("set-again");
  expect(await vaultWith({ passphrase: "the lost passphrase" }).state()).toMatchObject({ state: "locked" });
});

test("without a key there is no vault, and that is no lock", async () => {
  const vault = vaultWith({});
  expect(await vault.state()).toMatchObject({
    state: "off",
    reason: expect.stringContaining("PRAKTOR_VAULT_PASSPHRASE"),
  });
  await expect(vault.set("A", value, commandLine)).rejects.toMatchObject({ code: "vault_off" });
});

test("a passphrase that could be tried out is none, neither the first nor a new one", async () => {
  const short = "elevenchars";
  const none = vaultWith({ passphrase: short });
  expect(await none.start()).toEqual({
    state: "off",
    reason: expect.stringMatching(/fewer than 12 characters.*longer/),
  });
  await expect(none.set("A", value, commandLine)).rejects.toMatchObject({ code: "vault_off" });
  expect(await store.vault.key()).toBeNull();
  const vault = vaultWith({ passphrase: `${short}.` });
  await vault.set("A", value, commandLine);
  await expect(vault.rotate(short, commandLine)).rejects.toMatchObject({ code: "invalid" });
  expect(await vaultWith({ passphrase: `${short}.` }).reveal("A")).toBe(value);
  expect(VaultOrder.safeParse({ type: "rotate", passphrase: short }).success).toBe(false);
  expect(VaultOrder.safeParse({ type: "rotate", passphrase: `${short}.` }).success).toBe(true);
});

test("secrets under a passphrase that is too short today still open, and the log says how to make it longer", async () => {
  const short = "elevenchars";
  const key = await VaultKey.make({ kind: "passphrase", passphrase: short });
  await store.vault.begin(key.record);
  await store.vault.put(
    { name: "A", keyId: key.id, sealed: key.seal("A", value) },
    { actor: commandLine, action: "vault.set", target: "A", outcome: "ok" },
  );
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
  const vault = vaultWith({ passphrase: short, logger });
  expect(await vault.start()).toEqual({ state: "open" });
  expect(await vault.reveal("A")).toBe(value);
  expect(warnings).toEqual([expect.stringContaining("praktor vault rotate")]);

  await vault.rotate("a longer passphrase", commandLine);
  expect(await vaultWith({ passphrase: "a longer passphrase", logger }).start()).toEqual({ state: "open" });
  expect(warnings).toHaveLength(1);
});

test("a key file has mode 0600, is not overwritten, and one that others can read opens nothing", async () => {
  const keyFile = join(folder, "vault.key");
  await createKeyFile(keyFile);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  await expect(createKeyFile(keyFile)).rejects.toMatchObject({ code: "taken" });
  const vault = vaultWith({ keyFile });
  await vault.set("A", value, commandLine);
  await chmod(keyFile, 0o644);
  expect(await vaultWith({ keyFile }).state()).toMatchObject({
    state: "locked",
    reason: expect.stringContaining("chmod 600"),
  });
  await chmod(keyFile, 0o600);
  expect(await vaultWith({ keyFile }).state()).toEqual({ state: "open" });
});

test("rotation puts everything under a new key, the old one opens nothing any more", async () => {
  const vault = vaultWith({ passphrase: "first passphrase" });
  for (const name of ["A", "B", "C"]) await vault.set(name, `${value}-${name}`, commandLine);
  await give(vault, "B", "1");
  const before = await store.vault.secrets();
  await vault.rotate("second passphrase", commandLine);
  const after = await store.vault.secrets();
  for (const [index, secret] of after.entries()) expect(secret.sealed).not.toBe(before[index]?.sealed);
  expect(await vault.given("1")).toMatchObject([{ value: `${value}-B` }]);
  expect(await vaultWith({ passphrase: "first passphrase" }).state()).toMatchObject({ state: "locked" });
  expect(await vaultWith({ passphrase: "second passphrase" }).given("1")).toHaveLength(1);
});

test("what was replaced or deleted stays known over restarts and rotations, while a sandbox may still have it", async () => {
  const vault = vaultWith({ passphrase: "first passphrase" });
  for (const name of ["A", "B"]) {
    await vault.set(name, `${value}-${name}`, commandLine);
    await give(vault, name, "1");
  }
  await store.sandboxes.begin({ id: "s", groupId: "1", tokenHash: "h" });
  // As the command line does it while no gateway runs.
  await vaultWith({ passphrase: "first passphrase" }).set("A", "another-value", commandLine);
  await vaultWith({ passphrase: "first passphrase" }).remove("B", commandLine);
  known = [];
  await vaultWith({ passphrase: "first passphrase" }).rotate("second passphrase", commandLine);
  known = [];
  await vaultWith({ passphrase: "second passphrase" }).start();
  expect([...known].toSorted()).toEqual(["another-value", `${value}-A`, `${value}-B`]);
  await store.sandboxes.stopped("s", null);
  known = [];
  await vaultWith({ passphrase: "second passphrase" }).start();
  expect(known).toEqual(["another-value"]);
});

test("a sealed secret moved to another name, or changed in one bit, is not taken for one", async () => {
  const vault = vaultWith({ passphrase: "a passphrase" });
  await vault.set("LOW", "low-value-secret", commandLine);
  await vault.set("HIGH", "high-value-secret", commandLine);
  await give(vault, "LOW", "1");
  await store[Symbol.asyncDispose]();
  const database = new DatabaseSync(path);
  database.exec("update secrets set sealed = (select sealed from secrets where name = 'HIGH') where name = 'LOW'");
  database.close();
  store = await open();
  const swapped = vaultWith({ passphrase: "a passphrase" });
  expect(await swapped.state()).toEqual({ state: "open" });
  await expect(swapped.given("1")).rejects.toMatchObject({ message: expect.stringContaining("LOW") });
  expect(await swapped.reveal("HIGH")).toBe("high-value-secret");
  const key = await VaultKey.make({ kind: "passphrase", passphrase: "p" });
  const sealed = Buffer.from(key.seal("A", value), "base64");
  expect(key.unseal("A", sealed.toString("base64"))).toBe(value);
  for (let bit = 0; bit < sealed.length * 8; bit += 7) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => key.unseal("A", changed.toString("base64"))).toThrow("cannot be read");
  }
  const other = await VaultKey.make({ kind: "passphrase", passphrase: "p" });
  expect(() => other.unseal("A", sealed.toString("base64"))).toThrow("cannot be read");
});

test("refuses names, values and places that would do harm", async () => {
  const vault = vaultWith({ passphrase: "a passphrase" });
  for (const name of ["", "1A", "a b", "../x", "a/b", "x".repeat(65)]) {
    await expect(vault.set(name, value, commandLine)).rejects.toMatchObject({ code: "invalid" });
  }
  for (const bad of ["", "short", "a b c d e", "zero\0zero", "redacted", "\ud800abcdefgh", "x".repeat(70_000)]) {
    await expect(vault.set("A", bad, commandLine)).rejects.toMatchObject({ code: "invalid" });
  }
  await vault.set("A", value, commandLine);
  for (const target of [
    "PATH",
    "LD_PRELOAD",
    "NODE_OPTIONS",
    "ANTHROPIC_API_KEY",
    "PRAKTOR_TOKEN",
    "a-b",
    "BASH_ENV",
  ]) {
    const place = { secretName: "A", groupId: "1", delivery: "env", target } as const;
    await expect(vault.assign(place, commandLine)).rejects.toMatchObject({ code: "invalid" });
  }
  for (const target of ["../x", "a/b", ".."]) {
    const place = { secretName: "A", groupId: "1", delivery: "file", target } as const;
    await expect(vault.assign(place, commandLine)).rejects.toMatchObject({ code: "invalid" });
  }
  await expect(give(vault, "MISSING", "1")).rejects.toMatchObject({ code: "not_found" });
});
