import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../kit/logger.ts";
import { addChat, receive, TestClock } from "./contract-fixture.ts";
import type { Migration } from "./migrate.ts";
import { migrations } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { temporaryDatabases } from "./temporary-database.ts";

const databases = temporaryDatabases();

/** A closed database file with a few rows. */
async function filledDatabase(): Promise<string> {
  const path = databases.path();
  const store = await databases.open(new TestClock(), path);
  const chat = { store, ...(await addChat(store, "1")) };
  for (let updateId = 1; updateId <= 60; updateId++) await receive(chat, updateId, "x".repeat(2_000));
  await store[Symbol.asyncDispose]();
  return path;
}

function open(path: string, known: readonly Migration[] = migrations): DatabaseSync {
  return openDatabase(path, known, silentLogger);
}

/** Schema and rows of every table, and the schema's version. */
function content(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const schema = database.prepare("select type, name, sql from sqlite_schema order by type, name").all();
  const rows = schema
    .filter(({ type }) => type === "table")
    .map(({ name }) => database.prepare(`select * from "${String(name)}"`).all());
  const version = database.prepare("pragma user_version").get();
  database.close();
  return { schema, rows, version };
}

describe("opening", () => {
  it("writes ahead, syncs each commit and enforces references", () => {
    const database = open(databases.path());
    const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
    expect(["journal_mode", "synchronous", "foreign_keys", "busy_timeout"].map(pragma)).toEqual(["wal", 2, 1, 5000]);
    database.close();
  });

  it("finds everything again", async () => {
    const path = await filledDatabase();
    const store = await databases.open(new TestClock(), path);
    expect(await store.messages.page({ groupId: "group-1", limit: 500 })).toHaveLength(60);
  });

  it("refuses a file that is no database and leaves it alone", () => {
    const path = databases.path();
    writeFileSync(path, "these are somebody's notes, and more than a few words of them\n".repeat(100));
    const before = readFileSync(path);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: "store_corrupt" }));
    expect(readFileSync(path)).toEqual(before);
  });

  it("refuses a damaged database, with what to do", async () => {
    const overwritten = await filledDatabase();
    const bytes = readFileSync(overwritten);
    bytes.fill(0x5a, 4096 * 12, 4096 * 14);
    writeFileSync(overwritten, bytes);
    expect(() => open(overwritten)).toThrow(
      expect.objectContaining({ code: "store_corrupt", hint: expect.stringContaining("backup") }),
    );

    const cut = await filledDatabase();
    truncateSync(cut, statSync(cut).size - 4096 * 3);
    expect(() => open(cut)).toThrow(expect.objectContaining({ code: "store_corrupt" }));
  });

  it("refuses another program's database and leaves it alone", () => {
    const path = databases.path();
    const foreign = new DatabaseSync(path);
    foreign.exec("create table recipes (name text)");
    foreign.close();
    const before = readFileSync(path);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: "store_unusable" }));
    expect(readFileSync(path)).toEqual(before);
  });

  it("refuses a database of a newer version and leaves it alone", async () => {
    const path = await filledDatabase();
    const newer = new DatabaseSync(path);
    newer.exec("pragma user_version = 999");
    newer.close();
    const before = readFileSync(path);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: "store_too_new" }));
    expect(readFileSync(path)).toEqual(before);
  });
});

describe("migrations", () => {
  const newest = Math.max(...migrations.map(({ version }) => version));
  const second: Migration = {
    version: newest + 1,
    name: "second",
    sql: "create table extra (id integer primary key) strict; update messages set content = 'rewritten'; insert into extra values (1);",
  };

  it("are listed in their order, and no number is used twice", () => {
    const versions = migrations.map((migration) => migration.version);
    expect(versions).toEqual([...new Set(versions)].toSorted((left, right) => left - right));
  });

  it("bring an older database up once", async () => {
    const path = await filledDatabase();
    open(path, [...migrations, second]).close();
    const database = open(path, [...migrations, second]);
    expect(database.prepare("select count(*) as n from extra").get()).toEqual({ n: 1 });
    expect(database.prepare("select distinct content from messages").all()).toEqual([{ content: "rewritten" }]);
    database.close();
  });

  it("may build a table anew that others refer to", async () => {
    const path = await filledDatabase();
    const rebuild: Migration = {
      version: newest + 1,
      name: "rebuild",
      sql: `
        create table new_conversations as select * from conversations;
        drop table conversations;
        alter table new_conversations rename to conversations;
        create unique index conversations_id on conversations (id);
      `,
    };
    const database = open(path, [...migrations, rebuild]);
    expect(database.prepare("select count(*) as n from messages").get()).toEqual({ n: 60 });
    expect(() => database.exec("delete from conversations")).toThrow("FOREIGN KEY");
    database.close();
  });

  it.each([
    ["a statement that fails", "insert into extra values (1);"],
    ["a broken statement", "create tabel nothing (x);"],
    ["rows left without what they refer to", "delete from conversations;"],
  ])("leave the old database as it was on %s, also when one before succeeded", async (_, sql) => {
    const path = await filledDatabase();
    copyFileSync(path, `${path}.before`);
    const third: Migration = { version: newest + 2, name: "third", sql };
    expect(() => open(path, [...migrations, second, third])).toThrow(
      expect.objectContaining({ code: "store_migration", message: expect.stringContaining("(third)") }),
    );
    expect(content(path)).toEqual(content(`${path}.before`));
    const store = await databases.open(new TestClock(), path);
    expect((await store.health()).ok).toBe(true);
  });
});
