/** What goes out, in SQLite: a part is `pending → sending → sent | failed | uncertain`, in order within its chat. */
import { sql, type Selectable } from "kysely";
import type { Address } from "@praktor/protocol/address";
import type { Clock } from "../kit/clock.ts";
import type { OutboxStore } from "./contract/outbox-store.ts";
import type { Database, Queries } from "./database.ts";
import { firstUnsentPart, nextWaitingChat, readyChats } from "./outbox-queue.ts";
import { toOutboxPart } from "./outbox-rows.ts";
import type { OutboxPart } from "./rows.ts";
import type { OutboxTable } from "./tables/outbox-tables.ts";

type Change = Partial<Selectable<OutboxTable>>;

export class OutboxRepository implements OutboxStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  ready(channel: Address["channel"]): ReturnType<OutboxStore["ready"]> {
    return this.#database.read("find what is to be sent", (queries) => readyChats(queries, channel, this.#clock.now()));
  }

  nextWakeUp(channel: Address["channel"]): Promise<number | null> {
    return this.#database.read("find what waits to be sent", (queries) =>
      nextWaitingChat(queries, channel, this.#clock.now()),
    );
  }

  take(chatKey: string): Promise<OutboxPart | null> {
    const now = this.#clock.now();
    return this.#database.write(`take the next part for ${chatKey}`, async (queries) => {
      const first = await firstUnsentPart(queries, chatKey);
      if (!first || first.state === "sending" || first.not_before > now || (first.held_until ?? 0) > now) return null;
      const row = await queries
        .updateTable("outbox")
        .set({ state: "sending", attempts: sql`attempts + 1` })
        .where("id", "=", first.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return toOutboxPart(row);
    });
  }

  sent(id: number, externalId: string): Promise<OutboxPart | null> {
    const change: Change = { state: "sent", external_id: externalId, sent_at: this.#clock.now(), error: null };
    return this.#database.write(`store that the part ${id} was sent`, (queries) => settle(queries, id, change));
  }

  retry(id: number, again: Parameters<OutboxStore["retry"]>[1]): Promise<void> {
    const change: Change = { state: "pending", not_before: again.notBefore, error: again.error };
    if (again.body) change.body = JSON.stringify(again.body);
    if (again.asNew) change.edit_of = null;
    return this.#database.write(`put off the part ${id}`, async (queries) => {
      await settle(queries, id, change);
    });
  }

  uncertain(id: number, error: string, notBefore: number): Promise<OutboxPart | null> {
    return this.#database.write(`store that the part ${id} may have been sent`, async (queries) => {
      const row = await queries.selectFrom("outbox").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? settle(queries, id, afterUncertainTry(row, error, notBefore)) : null;
    });
  }

  failed(id: number, error: string): Promise<OutboxPart | null> {
    return this.#database.write(`store that the part ${id} failed`, (queries) =>
      settle(queries, id, { state: "failed", error }),
    );
  }

  recover(): Promise<number> {
    const now = this.#clock.now();
    return this.#database.write("look for parts that were being sent", async (queries) => {
      const rows = await queries
        .selectFrom("outbox")
        .selectAll()
        .where(sql<boolean>`state = 'sending'`)
        .execute();
      for (const row of rows) {
        // Each end of Praktor may cost one repeat; given up for ends, a part would be lost that nobody has refused.
        await settle(queries, row.id, sentOnceMore(row, "Praktor stopped while it was being sent", now));
      }
      return rows.length;
    });
  }

  holdChat(chatKey: string, notBefore: number): Promise<void> {
    return this.#database.write(`hold back ${chatKey}`, async (queries) => {
      await queries
        .insertInto("chat_holds")
        .values({ chat_key: chatKey, not_before: notBefore })
        .onConflict((conflict) =>
          conflict.column("chat_key").doUpdateSet({ not_before: sql`max(not_before, excluded.not_before)` }),
        )
        .execute();
    });
  }

  isEdited(chatKey: string, externalId: string): Promise<boolean> {
    return this.#database.read(`look for an edit in ${chatKey}`, async (queries) => {
      const row = await queries
        .selectFrom("outbox")
        .select("id")
        .where("chat_key", "=", chatKey)
        .where("edit_of", "=", externalId)
        .executeTakeFirst();
      return row !== undefined;
    });
  }
}

/** Changes a part that is being sent; null when it is not. */
async function settle(queries: Queries, id: number, change: Change): Promise<OutboxPart | null> {
  const row = await queries
    .updateTable("outbox")
    .set(change)
    .where("id", "=", id)
    .where("state", "=", "sending")
    .returningAll()
    .executeTakeFirst();
  return row ? toOutboxPart(row) : null;
}

/** An edit may be repeated without harm; anything else goes out once more, marked, and then never again. */
function afterUncertainTry(row: Selectable<OutboxTable>, error: string, notBefore: number): Change {
  if (row.edit_of === null && row.repeated === 1) return { state: "uncertain", error };
  return sentOnceMore(row, error, notBefore);
}

function sentOnceMore(row: Selectable<OutboxTable>, error: string, notBefore: number): Change {
  return { state: "pending", not_before: notBefore, error, ...(row.edit_of === null ? { repeated: 1 } : {}) };
}
