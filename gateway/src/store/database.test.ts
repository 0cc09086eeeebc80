import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../kit/logger.ts";
import { Database, type Queries } from "./database.ts";
import { migrations } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { temporaryDatabases } from "./temporary-database.ts";

const databases = temporaryDatabases();
let database: Database;

beforeEach(() => {
  database = databases.own(new Database(openDatabase(databases.path(), migrations, silentLogger)));
});

async function set(queries: Queries, key: string, value: string): Promise<void> {
  await queries.replaceInto("settings").values({ key, value }).execute();
}

function keys(): Promise<string[]> {
  return database.read("read", async (queries) => {
    const rows = await queries.selectFrom("settings").select("key").orderBy("key").execute();
    return rows.map((row) => row.key);
  });
}

describe("transactions", () => {
  it("run one after the other, also when they wait inside, and nobody reads between their steps", async () => {
    const log: string[] = [];
    const work = (name: string) =>
      database.write("work", async (queries) => {
        log.push(`${name} begins`);
        await set(queries, `${name}-1`, "x");
        await delay(10);
        await set(queries, `${name}-2`, "x");
        log.push(`${name} ends`);
      });
    const [, seen] = await Promise.all([work("a"), keys(), work("b")]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(seen.length % 2).toBe(0);
  });

  it("leave nothing behind when they fail, and do not harm the next one", async () => {
    const failing = database.write("fail", async (queries) => {
      await set(queries, "lost", "x");
      await delay(5);
      throw new Error("on purpose");
    });
    const next = database.write("succeed", (queries) => set(queries, "kept", "x"));
    await expect(failing).rejects.toMatchObject({ code: "store_failed", message: expect.stringContaining("fail") });
    await next;
    expect(await keys()).toEqual(["kept"]);
  });

  it("are finished before the database closes, and refused afterwards", async () => {
    const slow = database.write("work", async (queries) => {
      await delay(20);
      await set(queries, "in-time", "x");
    });
    await database[Symbol.asyncDispose]();
    await slow;
    await expect(keys()).rejects.toMatchObject({ code: "store_failed", message: expect.stringContaining("closed") });
  });
});
