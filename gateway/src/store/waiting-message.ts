/** Changes a message that nobody has begun to answer: an edit takes its place, the next part of an album joins it. */
import { sql } from "kysely";
import type { QueuedChange, Received } from "./contract/inbox-store.ts";
import type { Queries } from "./database.ts";
import { selectMessages, toMessage } from "./message-rows.ts";
import type { Message } from "./rows.ts";
import { findTurn, toTurn } from "./turn-rows.ts";

/** Null when no message that still waits is meant by it. */
export async function changeWaitingMessage(
  queries: Queries,
  conversationId: string,
  change: QueuedChange,
): Promise<Received | null> {
  const message = await findWaiting(queries, conversationId, change);
  if (message?.turnId === undefined || message.turnId === null) return null;
  const { content, metadata } = change.type === "replace" ? replaced(message, change) : joined(message, change);
  await queries
    .updateTable("messages")
    .set({ content, metadata: JSON.stringify(metadata) })
    .where("id", "=", message.id)
    .execute();
  if (change.type === "append") {
    await queries
      .updateTable("turns")
      .set({ not_before: change.notBefore })
      .where("id", "=", message.turnId)
      .where(sql<boolean>`not_before is not null`)
      .execute();
  }
  const turn = await findTurn(queries, message.turnId);
  return turn ? { message: { ...message, content, metadata }, turn: toTurn(turn) } : null;
}

async function findWaiting(
  queries: Queries,
  conversationId: string,
  change: QueuedChange,
): Promise<Message | undefined> {
  const field = change.type === "replace" ? "$.telegram.messageId" : "$.telegram.album";
  const value = change.type === "replace" ? change.messageId : change.album;
  const row = await selectMessages(queries)
    .innerJoin("turns", "turns.id", "messages.turn_id")
    .where("turns.conversation_id", "=", conversationId)
    .where(sql<boolean>`turns.state = 'queued'`)
    .where("turns.attempt", "=", 0)
    .where("turns.cancel_requested", "=", 0)
    .where(sql`json_extract(messages.metadata, ${field})`, "=", value)
    .executeTakeFirst();
  return row ? toMessage(row) : undefined;
}

type Changed = Pick<Message, "content" | "metadata">;

/** Of an album only the words are known again by an edit; its files stay, and so does what was said before to others. */
function replaced(message: Message, change: Extract<QueuedChange, { type: "replace" }>): Changed {
  const telegram = message.metadata["telegram"];
  const isAlbum = typeof telegram === "object" && telegram !== null && "album" in telegram;
  const { overheard } = message.metadata;
  const kept = overheard === undefined ? {} : { overheard };
  return { content: change.content, metadata: isAlbum ? message.metadata : { ...change.metadata, ...kept } };
}

function joined(message: Message, change: Extract<QueuedChange, { type: "append" }>): Changed {
  const lines = (one: unknown, other: unknown): string[] =>
    [one, other].filter((text): text is string => typeof text === "string" && text !== "");
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const both = (field: "context" | "overheard"): Record<string, string> => {
    const text = lines(message.metadata[field], change.metadata[field]).join("\n");
    return text === "" ? {} : { [field]: text };
  };
  return {
    content: lines(message.content, change.content).join("\n\n"),
    metadata: {
      ...message.metadata,
      ...both("context"),
      ...both("overheard"),
      files: [...list(message.metadata["files"]), ...list(change.metadata["files"])],
    },
  };
}
