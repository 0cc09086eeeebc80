/** The one message that tells how far a swarm is, changed in place. */
import { sql } from "kysely";
import { conversationTarget } from "./conversations-repository.ts";
import type { NewOutboxPart } from "./contract/outbox-store.ts";
import type { Queries } from "./database.ts";
import { selectMessages, toMessage } from "./message-rows.ts";
import { firstUnsentPart } from "./outbox-queue.ts";
import { insertParts } from "./outbox-rows.ts";
import type { Message } from "./rows.ts";
import { speak } from "./spoken.ts";

export async function tellProgress(
  queries: Queries,
  runId: string,
  progress: { content: string; part: NewOutboxPart | null },
  now: number,
): Promise<Message | null> {
  const run = await queries
    .selectFrom("swarm_runs")
    .select(["conversation_id", "progress_message_id"])
    .where("id", "=", runId)
    .where("status", "=", "running")
    .executeTakeFirst();
  if (!run || run.conversation_id === null) return null;
  const target = await conversationTarget(queries, run.conversation_id);
  const { content, part } = progress;
  const parts = part === null ? [] : [part];
  if (run.progress_message_id === null) {
    const metadata = { swarmId: runId };
    const message = await speak(queries, target, { turnId: null, role: "notice", content, metadata, parts }, now);
    await queries.updateTable("swarm_runs").set({ progress_message_id: message.id }).where("id", "=", runId).execute();
    return message;
  }
  await queries.updateTable("messages").set({ content }).where("id", "=", run.progress_message_id).execute();
  if (part !== null) await changeDelivered(queries, run.progress_message_id, target, part, now);
  const row = await selectMessages(queries).where("messages.id", "=", run.progress_message_id).executeTakeFirst();
  return row ? toMessage(row) : null;
}

/** What was sent is edited, what still waits goes out in its newer form. */
async function changeDelivered(
  queries: Queries,
  messageId: number,
  target: Awaited<ReturnType<typeof conversationTarget>>,
  part: NewOutboxPart,
  now: number,
): Promise<void> {
  const first = await queries
    .selectFrom("outbox")
    .select(["id", "state", "external_id", "chat_key"])
    .where("message_id", "=", messageId)
    .orderBy("part")
    .limit(1)
    .executeTakeFirst();
  if (!first) return;
  const body = JSON.stringify(part.body);
  if (first.state === "pending") {
    await queries.updateTable("outbox").set({ body }).where("id", "=", first.id).execute();
    return;
  }
  if (first.external_id === null) return;
  const { numUpdatedRows } = await queries
    .updateTable("outbox")
    .set({ body })
    .where("chat_key", "=", first.chat_key)
    .where(sql<boolean>`state in ('pending', 'sending')`)
    .where("state", "=", "pending")
    .where("edit_of", "=", first.external_id)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  // Behind other words it would come as one more message; how far the swarm is will be told again.
  if (await firstUnsentPart(queries, first.chat_key)) return;
  await insertParts(
    queries,
    {
      address: target.address,
      conversationId: target.id,
      groupId: target.groupId,
      messageId: null,
      createdAt: now,
    },
    [{ ...part, editOf: first.external_id }],
  );
}
