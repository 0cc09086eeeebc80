/** What the store's tests share: a clock that they move, a group with a chat, and the facts of a runner. */
import type { FactOutput, Usage } from "@praktor/protocol/agent-output";
import type { Clock } from "../kit/clock.ts";
import type { Store } from "./contract.ts";
import type { Received } from "./contract/inbox-store.ts";
import type { NewOutboxPart } from "./contract/outbox-store.ts";
import type { NewModelCall } from "./contract/usage-store.ts";
import type { Conversation, Turn } from "./rows.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export class TestClock implements Clock {
  #now = Date.UTC(2026, 0, 5, 9);

  now(): number {
    return this.#now;
  }

  advance(byMs: number): void {
    this.#now += byMs;
  }
}

/** Opens an empty store on the clock. */
export type MakeStore = (clock: Clock) => Promise<Store>;

export interface Chat {
  store: Store;
  clock: TestClock;
  groupId: string;
  conversation: Conversation;
  chatKey: string;
}

/** A group with its Telegram chat in an empty store. */
export async function openChat(make: MakeStore): Promise<Chat> {
  const clock = new TestClock();
  const store = await make(clock);
  return { store, clock, ...(await addChat(store, "1")) };
}

/** Another group with its chat in the same store. */
export async function addChat(store: Store, chatId: string): Promise<Omit<Chat, "store" | "clock">> {
  const groupId = `group-${chatId}`;
  await store.groups.create({ id: groupId, name: `Group ${chatId}`, folder: `folder-${chatId}` });
  const conversation = await store.conversations.ensure({
    groupId,
    kind: "chat",
    address: { channel: "telegram", chatId },
    title: `Chat ${chatId}`,
  });
  return { groupId, conversation, chatKey: `telegram:${chatId}` };
}

export async function receive(
  chat: Pick<Chat, "store" | "conversation">,
  updateId: number,
  content = `message ${updateId}`,
  sender = "user:7",
): Promise<Received> {
  const outcome = await chat.store.inbox.receive({
    source: "telegram",
    updateId,
    message: { conversationId: chat.conversation.id, sender, content },
  });
  if (outcome.type !== "received" || !outcome.received) throw new Error(`update ${updateId} was not received`);
  return outcome.received;
}

export async function claim(chat: Pick<Chat, "store" | "clock" | "conversation">, epoch = 1): Promise<Turn> {
  const turn = await chat.store.turns.claim({
    conversationId: chat.conversation.id,
    epoch,
    deadlineAt: chat.clock.now() + HOUR_MS,
  });
  if (!turn) throw new Error("there was no turn to claim");
  return turn;
}

/** A call of today, with a price. */
export function callOf(change: Partial<NewModelCall> = {}): NewModelCall {
  return {
    groupId: "g",
    chargedGroupId: change.groupId ?? "g",
    turnId: null,
    conversationId: null,
    taskId: null,
    swarmId: null,
    model: "m",
    inputTokens: 10,
    outputTokens: 5,
    cacheReadTokens: 3,
    cacheWriteTokens: 2,
    cacheWrite1hTokens: 1,
    costUsd: 0.25,
    countedUsd: change.costUsd ?? 0.25,
    status: 200,
    durationMs: 12.5,
    at: 1_767_323_045_000,
    day: "2026-01-02",
    ...change,
  };
}

export const someUsage: Usage = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 3,
  cacheWriteTokens: 2,
  costUsd: 0.25,
};

type Result = Extract<FactOutput, { type: "result" }>;

export function resultOf(turn: Turn, change: Partial<Result> = {}): Result {
  return {
    type: "result",
    turnId: turn.id,
    conversationId: turn.conversationId,
    attempt: turn.attempt,
    seq: 9,
    content: "The answer.",
    sessionId: "session-1",
    usage: someUsage,
    durationMs: 1200,
    ...change,
  };
}

export function toolOf(turn: Turn, seq: number): Extract<FactOutput, { type: "tool" }> {
  return {
    type: "tool",
    turnId: turn.id,
    conversationId: turn.conversationId,
    attempt: turn.attempt,
    seq,
    phase: "started",
    toolUseId: `use-${seq}`,
    name: "Bash",
  };
}

export function failedOf(turn: Turn, seq: number): Extract<FactOutput, { type: "failed" }> {
  return {
    type: "failed",
    turnId: turn.id,
    conversationId: turn.conversationId,
    attempt: turn.attempt,
    seq,
    code: "model_overloaded",
    content: "529 overloaded",
    sessionId: "session-of-failure",
    usage: someUsage,
  };
}

export function textPart(text: string, editOf?: string): NewOutboxPart {
  const body = { type: "text", html: `<b>${text}</b>`, plain: text } as const;
  return editOf === undefined ? { body } : { body, editOf };
}
