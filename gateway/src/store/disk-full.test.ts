import type { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger } from "../kit/logger.ts";
import { addChat, claim, resultOf, TestClock, textPart } from "./contract-fixture.ts";
import { migrations } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { pragmaNumber } from "./pragma.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { temporaryDatabases } from "./temporary-database.ts";

const databases = temporaryDatabases();

async function openLimited() {
  const clock = new TestClock();
  const connection = openDatabase(databases.path(), migrations, silentLogger);
  const store = databases.own(new SqliteStore(connection, clock, timeSortedIds(clock)));
  const chat = { store, clock, ...(await addChat(store, "1")) };
  return { chat, connection };
}

/** SQLite answers the limit as it answers a full disk: SQLITE_FULL. */
function limitPages(connection: DatabaseSync, more: number): void {
  connection.exec(`pragma max_page_count = ${pragmaNumber(connection, "page_count") + more}`);
}

const BIG = "x".repeat(20_000);

describe("on a full disk", () => {
  it("refuses with what to do, keeps what was acknowledged, and goes on when there is space again", async () => {
    const { chat, connection } = await openLimited();
    const { store, groupId, conversation } = chat;
    limitPages(connection, 40);
    const message = { conversationId: conversation.id, sender: "user:7", content: BIG };
    const acknowledged: number[] = [];
    const refused: number[] = [];
    for (let updateId = 1; updateId <= 20; updateId++) {
      await store.inbox.receive({ source: "telegram", updateId, message }).then(
        () => acknowledged.push(updateId),
        (error: unknown) => {
          expect(error).toMatchObject({ code: "store_full", hint: expect.stringContaining("Free space") });
          refused.push(updateId);
        },
      );
    }
    expect(acknowledged.length).toBeGreaterThan(2);
    expect(refused.length).toBeGreaterThan(2);
    expect(connection.isTransaction).toBe(false);
    expect(await store.health()).toMatchObject({ ok: false, detail: expect.stringContaining("full") });
    expect(await store.messages.page({ groupId, limit: 100 })).toHaveLength(acknowledged.length);

    limitPages(connection, 10_000);
    expect(await store.health()).toMatchObject({ ok: true });
    for (const updateId of acknowledged) {
      expect(await store.inbox.receive({ source: "telegram", updateId, message })).toEqual({ type: "duplicate" });
    }
    for (const updateId of refused) {
      expect((await store.inbox.receive({ source: "telegram", updateId, message })).type).toBe("received");
    }
    expect(await store.messages.page({ groupId, limit: 100 })).toHaveLength(20);
  });

  it("stores an answer with its parts and its turn's end, or none of them", async () => {
    const { chat, connection } = await openLimited();
    const { store, groupId } = chat;
    await store.inbox.submit({ conversationId: chat.conversation.id, sender: "user:7", content: "hello" });
    const turn = await claim(chat);
    const result = resultOf(turn, { content: BIG });
    const parts = Array.from({ length: 30 }, () => textPart("x".repeat(2_000)));
    for (let more = 1; more <= 30; more += 3) {
      limitPages(connection, more);
      await expect(store.turns.succeed(groupId, result, parts)).rejects.toMatchObject({ code: "store_full" });
      expect(await store.turns.get(turn.id)).toEqual(turn);
      expect(await store.messages.byTurn(turn.id)).toHaveLength(1);
      expect(await store.turns.events(turn.id)).toEqual([]);
    }
    limitPages(connection, 10_000);
    expect((await store.turns.succeed(groupId, result, parts)).outcome).toBe("applied");
  });
});
