/** A message and the queued turn that will answer it. */
import { sql } from "kysely";
import type { NewMessage, Received } from "./contract/inbox-store.ts";
import { conversationTarget } from "./conversations-repository.ts";
import type { Queries } from "./database.ts";
import { insertMessage } from "./message-rows.ts";
import { toTurn, type TurnRow } from "./turn-rows.ts";

const MAX_MESSAGES_PER_TURN = 20;
const MAX_CHARACTERS_PER_TURN = 200_000;

/** `turnId` is used when the message opens a turn of its own. */
export async function queueMessage(
  queries: Queries,
  message: NewMessage & { role: "user" | "notice"; notBefore?: number | undefined },
  turnId: string,
  now: number,
): Promise<Received> {
  const conversation = await conversationTarget(queries, message.conversationId);
  const turn =
    (await joinableTurn(queries, message)) ??
    (await queries
      .insertInto("turns")
      .values({
        id: turnId,
        group_id: conversation.groupId,
        conversation_id: conversation.id,
        state: "queued",
        sender: message.sender,
        queued_at: now,
        not_before: message.notBefore ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow());
  const stored = await insertMessage(queries, {
    groupId: conversation.groupId,
    conversationId: conversation.id,
    turnId: turn.id,
    role: message.role,
    sender: message.sender,
    content: message.content,
    metadata: message.metadata,
    createdAt: now,
  });
  return { message: stored, turn: toTurn(turn) };
}

/** Only the conversation's last queued turn: joining an earlier one would put the message before others that came before it. */
async function joinableTurn(queries: Queries, message: NewMessage): Promise<TurnRow | null> {
  const last = await queries
    .selectFrom("turns")
    .selectAll()
    .where("conversation_id", "=", message.conversationId)
    .where(sql<boolean>`state = 'queued'`)
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!last || last.attempt > 0 || last.cancel_requested === 1) return null;
  if (senderKind(last.sender) !== senderKind(message.sender)) return null;
  const held = await queries
    .selectFrom("messages")
    .select((select) => select.fn.countAll<number>().as("messages"))
    .select(sql<number>`coalesce(sum(length(content)), 0)`.as("characters"))
    .where("turn_id", "=", last.id)
    .executeTakeFirstOrThrow();
  if (held.messages >= MAX_MESSAGES_PER_TURN) return null;
  if (held.characters + message.content.length > MAX_CHARACTERS_PER_TURN) return null;
  return last;
}

/** `user:17` and `user:18` are of one kind; `scheduler` is another. */
function senderKind(sender: string): string {
  return sender.split(":", 1)[0] ?? sender;
}
