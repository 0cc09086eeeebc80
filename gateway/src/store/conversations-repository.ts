/** Conversations in SQLite. */
import { sql, type Selectable } from "kysely";
import { Address } from "@praktor/protocol/address";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { placeKey } from "./address-place.ts";
import type { ConversationStore } from "./contract/conversation-store.ts";
import type { StoreErrorCode } from "./store-error.ts";
import type { Database, Queries } from "./database.ts";
import type { Conversation } from "./rows.ts";
import type { ConversationTable } from "./tables/chat-tables.ts";

export class ConversationsRepository implements ConversationStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(database: Database, clock: Clock, ids: Ids) {
    this.#database = database;
    this.#clock = clock;
    this.#ids = ids;
  }

  get(id: string): Promise<Conversation | null> {
    return this.#database.read(`read the conversation ${id}`, async (queries) => {
      const row = await queries.selectFrom("conversations").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? toConversation(row) : null;
    });
  }

  list(groupId: string): Promise<Conversation[]> {
    return this.#database.read(`list the conversations of ${groupId}`, async (queries) => {
      const rows = await queries
        .selectFrom("conversations")
        .selectAll()
        .where("group_id", "=", groupId)
        // Literal text, because SQLite uses a partial index only where the query's text implies its condition.
        .where(sql<boolean>`kind <> 'task_run'`)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(toConversation);
    });
  }

  ensure(wanted: Parameters<ConversationStore["ensure"]>[0]): Promise<Conversation> {
    const place = placeKey(wanted.groupId, wanted.kind, wanted.address);
    return this.#database.write(`open a conversation of ${wanted.groupId}`, async (queries) => {
      const known = place === null ? undefined : await atPlace(queries, place);
      if (known) {
        if (known.group_id !== wanted.groupId) throw addressTaken(place, known.group_id);
        return toConversation(known);
      }
      const row = await queries
        .insertInto("conversations")
        .values({
          id: this.#ids.next(),
          group_id: wanted.groupId,
          channel: wanted.address.channel,
          address: JSON.stringify(wanted.address),
          place,
          kind: wanted.kind,
          title: wanted.title,
          session_id: null,
          created_at: this.#clock.now(),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toConversation(row);
    });
  }

  byAddress(address: Address): Promise<Conversation | null> {
    if (address.channel !== "telegram") return Promise.resolve(null);
    const place = placeKey("", "chat", address);
    return this.#database.read("find the conversation of a chat", async (queries) => {
      const row = place === null ? undefined : await atPlace(queries, place);
      return row ? toConversation(row) : null;
    });
  }

  setSession(id: string, sessionId: string | null): Promise<void> {
    return this.#database.write(`store the session of the conversation ${id}`, async (queries) => {
      await queries.updateTable("conversations").set({ session_id: sessionId }).where("id", "=", id).execute();
      // A turn that still runs reports the session that it runs in: that one is no longer the conversation's.
      await queries
        .updateTable("turns")
        .set({ keeps_session: 0 })
        .where("conversation_id", "=", id)
        .where("state", "=", "running")
        .execute();
    });
  }
}

/** The session that a turn runs in, as its conversation's; unless the conversation was given another one meanwhile. */
export async function storeSession(
  queries: Queries,
  turn: { keeps_session: number; conversation_id: string },
  sessionId: string,
): Promise<void> {
  if (turn.keeps_session === 0) return;
  await queries
    .updateTable("conversations")
    .set({ session_id: sessionId })
    .where("id", "=", turn.conversation_id)
    .execute();
}

/** What a message to or from a conversation needs of it. Rejects with `unknown_conversation`. */
export async function conversationTarget(
  queries: Queries,
  id: string,
): Promise<{ id: string; groupId: string; address: Address }> {
  const row = await queries
    .selectFrom("conversations")
    .select(["group_id", "address"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) {
    throw new PraktorError<StoreErrorCode>("unknown_conversation", `There is no conversation ${id}.`, {
      context: { conversationId: id },
    });
  }
  return { id, groupId: row.group_id, address: Address.parse(JSON.parse(row.address)) };
}

function atPlace(queries: Queries, place: string) {
  return queries.selectFrom("conversations").selectAll().where("place", "=", place).executeTakeFirst();
}

function addressTaken(place: string | null, groupId: string): PraktorError<StoreErrorCode> {
  return new PraktorError<StoreErrorCode>("address_taken", `${place} already belongs to the group ${groupId}.`, {
    hint: "A chat or topic belongs to one group.",
    context: { groupId },
  });
}

function toConversation(row: Selectable<ConversationTable>): Conversation {
  return {
    id: row.id,
    groupId: row.group_id,
    kind: row.kind,
    address: Address.parse(JSON.parse(row.address)),
    title: row.title,
    sessionId: row.session_id,
    createdAt: row.created_at,
  };
}
