/** Reading and inserting messages, shared by all that store one. */
import { sql, type Selectable } from "kysely";
import { z } from "zod";
import type { Queries } from "./database.ts";
import type { DeliveryState, Message, MessageRole } from "./rows.ts";
import type { MessageTable } from "./tables/chat-tables.ts";

/** From best to worst; a message is as well delivered as its worst part. */
const DELIVERY: readonly DeliveryState[] = ["sent", "pending", "uncertain", "failed"];

const Metadata = z.record(z.string(), z.unknown());

interface NewMessageRow {
  groupId: string;
  conversationId: string;
  turnId: string | null;
  role: MessageRole;
  sender: string;
  content: string;
  metadata?: Record<string, unknown> | undefined;
  createdAt: number;
}

/** Stores it and counts it for its group. It has no delivery yet: parts are inserted after it. */
export async function insertMessage(queries: Queries, message: NewMessageRow): Promise<Message> {
  const row = await queries
    .insertInto("messages")
    .values({
      group_id: message.groupId,
      conversation_id: message.conversationId,
      turn_id: message.turnId,
      role: message.role,
      sender: message.sender,
      content: message.content,
      metadata: JSON.stringify(message.metadata ?? {}),
      created_at: message.createdAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await queries
    .updateTable("groups")
    .set({ message_count: sql`message_count + 1`, last_active_at: message.createdAt })
    .where("id", "=", message.groupId)
    .execute();
  return toMessage({ ...row, delivery: null, delivery_error: null });
}

/** An index into `DELIVERY`, for a query that has the message's id as `messageId`. */
export const worstDelivery = (messageId: string) => sql<number | null>`(
  select max(case outbox.state when 'sent' then 0 when 'uncertain' then 2 when 'failed' then 3 else 1 end)
  from outbox where outbox.message_id = ${sql.ref(messageId)}
)`;

/** Of the first part that did not arrive, or may not have. */
const deliveryError = sql<string | null>`(
  select outbox.error from outbox
  where outbox.message_id = messages.id and outbox.state in ('failed', 'uncertain') and outbox.error is not null
  order by outbox.part limit 1
)`;

export function toDelivery(index: number | null): DeliveryState | null {
  return index === null ? null : (DELIVERY[index] ?? null);
}

/** Messages with the worst state of their outbox parts, as an index into `DELIVERY`. */
export function selectMessages(queries: Queries) {
  return queries
    .selectFrom("messages")
    .selectAll("messages")
    .select([worstDelivery("messages.id").as("delivery"), deliveryError.as("delivery_error")]);
}

type MessageRow = Selectable<MessageTable> & { delivery: number | null; delivery_error: string | null };

export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    groupId: row.group_id,
    conversationId: row.conversation_id,
    turnId: row.turn_id,
    role: row.role,
    sender: row.sender,
    content: row.content,
    metadata: Metadata.parse(JSON.parse(row.metadata)),
    createdAt: row.created_at,
    delivery: toDelivery(row.delivery),
    deliveryError: row.delivery_error,
  };
}
