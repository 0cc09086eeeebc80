/** Reading and inserting outbox parts, shared by all that answer. */
import { z } from "zod";
import type { Selectable } from "kysely";
import { Address } from "@praktor/protocol/address";
import { chatKey, isDelivered } from "./address-place.ts";
import type { NewOutboxPart } from "./contract/outbox-store.ts";
import type { Queries } from "./database.ts";
import type { OutboxBody, OutboxPart } from "./rows.ts";
import type { OutboxTable } from "./tables/outbox-tables.ts";

const StoredBody: z.ZodType<OutboxBody> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("text"),
    html: z.string(),
    plain: z.string(),
    replyTo: z.number().int().exactOptional(),
    buttons: z.array(z.array(z.object({ text: z.string(), data: z.string() }))).exactOptional(),
  }),
  z.object({
    type: z.literal("file"),
    path: z.string(),
    name: z.string(),
    caption: z.string().exactOptional(),
    content: z.string().exactOptional(),
  }),
]);

interface OutboxTarget {
  address: Address;
  conversationId: string | null;
  groupId: string | null;
  messageId: number | null;
  createdAt: number;
}

/** Stores the parts in their order. Returns how many will be delivered: none where nothing is delivered to the address. */
export async function insertParts(
  queries: Queries,
  target: OutboxTarget,
  parts: readonly NewOutboxPart[],
): Promise<number> {
  if (!isDelivered(target.address)) return 0;
  // One insert for each part: an answer of hundreds of parts would exceed the number of parameters of one statement.
  for (const [index, part] of parts.entries()) {
    await queries
      .insertInto("outbox")
      .values({
        conversation_id: target.conversationId,
        group_id: target.groupId,
        message_id: target.messageId,
        channel: target.address.channel,
        chat_key: chatKey(target.address),
        address: JSON.stringify(target.address),
        part: index,
        body: JSON.stringify(part.body),
        edit_of: part.editOf ?? null,
        state: "pending",
        external_id: null,
        error: null,
        created_at: target.createdAt,
        sent_at: null,
      })
      .execute();
  }
  return parts.length;
}

export function toOutboxPart(row: Selectable<OutboxTable>): OutboxPart {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    groupId: row.group_id,
    messageId: row.message_id,
    address: Address.parse(JSON.parse(row.address)),
    part: row.part,
    body: StoredBody.parse(JSON.parse(row.body)),
    editOf: row.edit_of,
    state: row.state,
    attempts: row.attempts,
    notBefore: row.not_before,
    externalId: row.external_id,
    repeated: row.repeated === 1,
    error: row.error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}
