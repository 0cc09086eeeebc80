/** What members of a swarm say to each other: stored once, and queued for whoever is to hear it in the same transaction. */
import { quotedLines } from "../kit/quoted-lines.ts";
import type { Received } from "./contract/inbox-store.ts";
import type { Queries } from "./database.ts";
import { queueMessage } from "./queue-message.ts";
import type { SwarmMessage, SwarmStore } from "./contract/swarm-store.ts";
import { swarmMessages } from "./swarm-rows.ts";

type Words = Parameters<SwarmStore["say"]>[0];

/** Who says it stands before the words, because several may be read at once; the words are quoted, so that they name no other speaker. */
export const wordsOf = (sender: string, recipient: string | null, content: string): string =>
  `[From ${sender} ${recipient === null ? "to all members" : "to you"}]\n${quotedLines(content)}`;

export async function sayInSwarm(queries: Queries, words: Words, now: number): ReturnType<SwarmStore["say"]> {
  const { runId, sender, to, content, key } = words;
  const run = await queries.selectFrom("swarm_runs").select("status").where("id", "=", runId).executeTakeFirst();
  const nodes = await queries
    .selectFrom("swarm_nodes")
    .selectAll()
    .where("run_id", "=", runId)
    .orderBy("position")
    .execute();
  if (run?.status !== "running" || !nodes.some(({ role }) => role === sender)) return null;
  const known = await queries
    .selectFrom("swarm_messages")
    .select("id")
    .where("run_id", "=", runId)
    .where("sender", "=", sender)
    .where("key", "=", key)
    .executeTakeFirst();
  if (known) return { message: await stored(queries, runId, known.id), received: [], repeated: true };
  const { count } = await queries
    .selectFrom("swarm_messages")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("run_id", "=", runId)
    .where("sender", "=", sender)
    .executeTakeFirstOrThrow();
  if (count >= words.most) return "too_many";
  const { id } = await queries
    .insertInto("swarm_messages")
    .values({ run_id: runId, sender, recipient: to, content, key, created_at: now })
    .returning("id")
    .executeTakeFirstOrThrow();
  const received: Received[] = [];
  for (const node of nodes) {
    if (node.role === sender || (to !== null && node.role !== to)) continue;
    const state = node.finished_at !== null ? "missed" : node.conversation_id === null ? "waiting" : "delivered";
    await queries
      .insertInto("swarm_deliveries")
      .values({ message_id: id, run_id: runId, recipient: node.role, state })
      .execute();
    if (state !== "delivered" || node.conversation_id === null) continue;
    const queued = await queueMessage(
      queries,
      {
        conversationId: node.conversation_id,
        role: "user",
        sender: "swarm",
        content: wordsOf(sender, to, content),
        metadata: { swarmMessageId: id },
      },
      words.turnIds(),
      now,
    );
    await queries
      .updateTable("swarm_nodes")
      .set({
        turn_id: queued.turn.id,
        turns: queued.turn.id === node.turn_id ? node.turns : node.turns + 1,
        ...(node.state === "idle" ? { state: "queued" } : {}),
      })
      .where("run_id", "=", runId)
      .where("role", "=", node.role)
      .execute();
    received.push(queued);
  }
  return { message: await stored(queries, runId, id), received, repeated: false };
}

/** The messages that a member finds when it starts; they count as delivered from now on. */
export async function takeWaitingWords(queries: Queries, runId: string, role: string): Promise<string[]> {
  const waiting = await queries
    .selectFrom("swarm_deliveries")
    .innerJoin("swarm_messages", "swarm_messages.id", "swarm_deliveries.message_id")
    .select(["swarm_messages.id", "swarm_messages.sender", "swarm_messages.recipient", "swarm_messages.content"])
    .where("swarm_deliveries.run_id", "=", runId)
    .where("swarm_deliveries.recipient", "=", role)
    .where("swarm_deliveries.state", "=", "waiting")
    .orderBy("swarm_messages.id")
    .execute();
  if (waiting.length === 0) return [];
  await queries
    .updateTable("swarm_deliveries")
    .set({ state: "delivered" })
    .where("run_id", "=", runId)
    .where("recipient", "=", role)
    .where("state", "=", "waiting")
    .execute();
  return waiting.map(({ sender, recipient, content }) => wordsOf(sender, recipient, content));
}

async function stored(queries: Queries, runId: string, id: number): Promise<SwarmMessage> {
  const [message] = await swarmMessages(queries, runId, { id });
  if (!message) throw new Error(`the message ${id} is gone`);
  return message;
}
