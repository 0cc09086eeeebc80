/** What a copy of the database opens: neither the page nor the bus. On a real store. */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseSettings } from "./config/load-settings.ts";
import { loadInstallation } from "./installation.ts";
import { systemClock } from "./kit/clock.ts";
import { timeSortedIds } from "./kit/ids.ts";
import { silentLogger } from "./kit/logger.ts";
import { SqliteStore } from "./store/sqlite-store.ts";
import { Password } from "./web/password.ts";
import { webAccess } from "./web-access.ts";

let folder: string;
let path: string;
let printed: string;
const signal = new AbortController().signal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "praktor-access-"));
  path = join(folder, "praktor.db");
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const open = (): Promise<SqliteStore> =>
  SqliteStore.open({ path, clock: systemClock, ids: timeSortedIds(systemClock), logger: silentLogger });

async function access(store: SqliteStore): Promise<{ password: Password; changed: boolean; made: string[] }> {
  const made: string[] = [];
  const parts = {
    settings: parseSettings("p.yaml", "", {}),
    store: store.settings,
    log: silentLogger,
    onMade: (password: string) => void made.push(password),
    agentsReachIt: true,
    containerAddress: () => Promise.resolve(undefined),
  };
  const { password } = await webAccess(parts, signal);
  if (password === null) throw new Error("there is no password");
  return { ...(await Password.open(password, store.settings)), made };
}

const databaseFiles = async (): Promise<string> =>
  Buffer.concat([await readFile(path), await readFile(`${path}-wal`).catch(() => Buffer.alloc(0))]).toString("latin1");

test("the page's password is printed once, opens it after that, and is nowhere in the database", async () => {
  let password: string;
  {
    await using store = await open();
    const first = await access(store);
    [password = ""] = first.made;
    expect(password).toMatch(/^[\w-]{20}$/);
    expect(printed).toContain(`printed this once: ${password}`);
    expect(printed).toContain("Set PRAKTOR_WEB_PASSWORD");
    expect(first.password.matches(password)).toBe(true);
  }
  printed = "";
  await using store = await open();
  const later = await access(store);
  expect({ made: later.made, printed, changed: later.changed }).toEqual({ made: [], printed: "", changed: false });
  expect(later.password.matches(password)).toBe(true);
  expect(later.password.matches(`${password}x`)).toBe(false);
  const hash = (await store.settings.get("web.made_password")) ?? "";
  expect(later.password.matches(hash)).toBe(false);
  expect(await databaseFiles()).not.toContain(password);
});

test("the account's seed lies in a file of its owner's beside the database, and is kept there", async () => {
  await using store = await open();
  const { accountSeed } = await loadInstallation(store.settings, undefined, path);
  expect(accountSeed).toMatch(/^SA/);
  expect((await stat(`${path}.nats-seed`)).mode & 0o777).toBe(0o600);
  expect((await loadInstallation(store.settings, undefined, path)).accountSeed).toBe(accountSeed);
  expect((await loadInstallation(store.settings, "configured", path)).accountSeed).toBe("configured");
  expect(await databaseFiles()).not.toContain(accountSeed);
});

test("what an older Praktor kept in clear is moved, goes on opening, and is written over", async () => {
  const [oldPassword, oldSeed] = ["an-older-password-20", "SAANOLDERSEEDOFANACCOUNT"];
  {
    await using store = await open();
    await store.settings.set("web_password", oldPassword);
    await store.settings.set("nats_account_seed", oldSeed);
  }
  {
    await using store = await open();
    const { password, made } = await access(store);
    expect(made).toEqual([]);
    expect(password.matches(oldPassword)).toBe(true);
    expect(password.matches("-".repeat(oldPassword.length))).toBe(false);
    expect((await loadInstallation(store.settings, undefined, path)).accountSeed).toBe(oldSeed);
  }
  await using store = await open();
  expect((await access(store)).password.matches(oldPassword)).toBe(true);
  expect((await loadInstallation(store.settings, undefined, path)).accountSeed).toBe(oldSeed);
  const bytes = await databaseFiles();
  for (const former of [oldPassword, oldSeed]) expect(bytes).not.toContain(former);
});
