/** What Praktor or the agent says in a conversation: the message together with its outbox parts. */
import type { NewOutboxPart } from "./contract/outbox-store.ts";
import type { conversationTarget } from "./conversations-repository.ts";
import type { Queries } from "./database.ts";
import type { Address } from "@praktor/protocol/address";
import { chatKey } from "./address-place.ts";
import { insertMessage } from "./message-rows.ts";
import { firstUnsentPart } from "./outbox-queue.ts";
import { insertParts } from "./outbox-rows.ts";
import type { Message } from "./rows.ts";

interface Spoken {
  turnId: string | null;
  role: "assistant" | "notice";
  content: string;
  metadata?: Record<string, unknown>;
  parts: readonly NewOutboxPart[];
}

export async function speak(
  queries: Queries,
  target: Awaited<ReturnType<typeof conversationTarget>>,
  spoken: Spoken,
  now: number,
): Promise<Message> {
  const message = await insertMessage(queries, {
    groupId: target.groupId,
    conversationId: target.id,
    turnId: spoken.turnId,
    role: spoken.role,
    sender: spoken.role === "assistant" ? "agent" : "praktor",
    content: spoken.content,
    metadata: spoken.metadata,
    createdAt: now,
  });
  const delivered = await insertParts(
    queries,
    {
      address: target.address,
      conversationId: target.id,
      groupId: target.groupId,
      messageId: message.id,
      createdAt: now,
    },
    await placedParts(queries, target.address, spoken.parts),
  );
  return { ...message, delivery: delivered > 0 ? "pending" : null };
}

/** Words that would stand above something that is still unsent are a new message. */
async function placedParts(
  queries: Queries,
  address: Address,
  parts: readonly NewOutboxPart[],
): Promise<readonly NewOutboxPart[]> {
  if (parts.every(({ editOf }) => editOf === undefined)) return parts;
  return (await firstUnsentPart(queries, chatKey(address))) ? parts.map(({ body }) => ({ body })) : parts;
}
