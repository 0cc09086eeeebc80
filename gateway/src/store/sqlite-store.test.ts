/** The contract, on a SQLite file; and the file. */
import { existsSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { systemClock } from "../kit/clock.ts";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger } from "../kit/logger.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { storeContract } from "./store.contract.ts";
import { temporaryDatabases } from "./temporary-database.ts";

const databases = temporaryDatabases();

storeContract((clock) => databases.open(clock));

describe("the database's file", () => {
  const open = async (path: string): Promise<SqliteStore> =>
    databases.own(
      await SqliteStore.open({ path, clock: systemClock, ids: timeSortedIds(systemClock), logger: silentLogger }),
    );

  it("is made with its directory, and only its owner can read it", async () => {
    const path = databases.path().replace("praktor.db", "deeper/still/praktor.db");
    await open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  });

  it("is refused where no file can be, with what to do", async () => {
    await expect(open("/dev/null/praktor.db")).rejects.toMatchObject({
      code: "store_unusable",
      hint: expect.stringContaining("may write"),
    });
  });

  it("belongs to one store at a time, and is free again when that one closes or could not open", async () => {
    const path = databases.path();
    const first = await open(path);
    await expect(open(path)).rejects.toMatchObject({
      code: "store_unusable",
      message: expect.stringContaining("Another Praktor"),
    });
    await first.settings.set("key", "value");
    await first[Symbol.asyncDispose]();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const second = await open(path);
    expect(await second.settings.get("key")).toBe("value");
  });

  it("may be closed twice", async () => {
    const store = await open(databases.path());
    await store[Symbol.asyncDispose]();
    await expect(store[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});
