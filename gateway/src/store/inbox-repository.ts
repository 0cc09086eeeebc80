/** What comes in, in SQLite. */
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import { claimTurn } from "./claim-turn.ts";
import type { InboxStore, Received } from "./contract/inbox-store.ts";
import { conversationTarget } from "./conversations-repository.ts";
import type { Database, Queries } from "./database.ts";
import { selectMessages, toMessage } from "./message-rows.ts";
import { insertParts } from "./outbox-rows.ts";
import { queueMessage } from "./queue-message.ts";
import { findTurn, toTurn } from "./turn-rows.ts";
import { changeWaitingMessage } from "./waiting-message.ts";

export const UPDATES_KEPT_MS = 3 * 24 * 60 * 60 * 1000;
export const IDEMPOTENCY_KEYS_KEPT_MS = 24 * 60 * 60 * 1000;

type Update = Parameters<InboxStore["receive"]>[0];

export class InboxRepository implements InboxStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(database: Database, clock: Clock, ids: Ids) {
    this.#database = database;
    this.#clock = clock;
    this.#ids = ids;
  }

  isKnown(source: string, updateId: number): Promise<boolean> {
    const since = this.#clock.now() - UPDATES_KEPT_MS;
    return this.#database.read("look for an incoming message", async (queries) => {
      const row = await queries
        .selectFrom("inbox")
        .select("update_id")
        .where("source", "=", source)
        .where("update_id", "=", updateId)
        .where("received_at", ">=", since)
        .executeTakeFirst();
      return row !== undefined;
    });
  }

  receive(update: Update): ReturnType<InboxStore["receive"]> {
    const now = this.#clock.now();
    return this.#database.write("store an incoming message", async (queries) => {
      if (!(await claimUpdate(queries, update, now))) return { type: "duplicate" };
      let received: Received | null = null;
      if (update.message) {
        const { message, instead, notBefore } = update;
        received =
          (instead ? await changeWaitingMessage(queries, message.conversationId, instead) : null) ??
          (await queueMessage(queries, { ...message, role: "user", notBefore }, this.#ids.next(), now));
        if (update.claim) {
          const claim = { ...update.claim, conversationId: message.conversationId };
          const claimed = await claimTurn(queries, claim, now, received.turn.id);
          if (claimed) received = { ...received, turn: toTurn(claimed) };
        }
        await queries
          .updateTable("inbox")
          .set({ message_id: received.message.id })
          .where("source", "=", update.source)
          .where("update_id", "=", update.updateId)
          .execute();
      }
      if (update.reply) await storeReply(queries, update.reply, now);
      return { type: "received", received };
    });
  }

  submit(message: Parameters<InboxStore["submit"]>[0]): ReturnType<InboxStore["submit"]> {
    const { idempotencyKey: key, role = "user", ...rest } = message;
    const now = this.#clock.now();
    return this.#database.write("store a message", async (queries) => {
      const first = key === undefined ? null : await firstOutcome(queries, message.conversationId, key, now);
      if (first) return { ...first, repeated: true };
      const received = await queueMessage(queries, { ...rest, role }, this.#ids.next(), now);
      if (key !== undefined) {
        await queries
          .replaceInto("idempotency_keys")
          .values({
            conversation_id: message.conversationId,
            key,
            message_id: received.message.id,
            created_at: now,
          })
          .execute();
      }
      return { ...received, repeated: false };
    });
  }
}

/** False when the update was received within the days that it is kept. */
async function claimUpdate(queries: Queries, update: Update, now: number): Promise<boolean> {
  const claimed = await queries
    .insertInto("inbox")
    .values({ source: update.source, update_id: update.updateId, message_id: null, received_at: now })
    .onConflict((conflict) =>
      conflict
        .columns(["source", "update_id"])
        .doUpdateSet({ received_at: now, message_id: null })
        .where("inbox.received_at", "<", now - UPDATES_KEPT_MS),
    )
    .returning("update_id")
    .executeTakeFirst();
  return claimed !== undefined;
}

async function storeReply(queries: Queries, reply: NonNullable<Update["reply"]>, now: number): Promise<void> {
  const conversation = reply.conversationId === null ? null : await conversationTarget(queries, reply.conversationId);
  await insertParts(
    queries,
    {
      address: reply.address,
      conversationId: reply.conversationId,
      groupId: conversation?.groupId ?? null,
      messageId: null,
      createdAt: now,
    },
    reply.parts,
  );
}

async function firstOutcome(
  queries: Queries,
  conversationId: string,
  key: string,
  now: number,
): Promise<Received | null> {
  const known = await queries
    .selectFrom("idempotency_keys")
    .select("message_id")
    .where("conversation_id", "=", conversationId)
    .where("key", "=", key)
    .where("created_at", ">=", now - IDEMPOTENCY_KEYS_KEPT_MS)
    .executeTakeFirst();
  if (!known) return null;
  const message = toMessage(await selectMessages(queries).where("id", "=", known.message_id).executeTakeFirstOrThrow());
  const turn = message.turnId === null ? undefined : await findTurn(queries, message.turnId);
  return turn ? { message, turn: toTurn(turn) } : null;
}
