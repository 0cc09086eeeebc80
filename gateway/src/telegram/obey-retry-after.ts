/** Notes every `retry_after` of Telegram, whatever call it answers, and lets nobody call the chat before it has passed. */
import type { Transformer } from "grammy";
import type { Clock } from "../kit/clock.ts";
import { sleep } from "../kit/deadline.ts";
import type { ChatHolds } from "./chat-holds.ts";

// Telegram counts whole seconds, and timers may be early by a millisecond.
const marginMs = 100;
/** What calls that name no chat share. */
const noChat = "*";
// A call that hangs must not hold up the chat's answers for long.
const longestWaitMs = 2_000;

/**
 * Calls to one chat go one after the other: while one is being told to wait, no other may be on its way. A sign of typing is left out
 * rather than made to wait; any other call to a chat that is held is answered with a 429 without asking Telegram.
 */
export function obeyRetryAfter(holds: ChatHolds, clock: Clock): Transformer {
  /** The end of each chat's latest call. */
  const lanes = new Map<string, Promise<void>>();
  return async (previous, method, payload, signal) => {
    const chatId = chatIdOf(payload);
    const before = lanes.get(chatId);
    if (chatId !== noChat && method === "sendChatAction" && (before || holds.heldUntil(chatId) !== null)) {
      return { ok: true, result: true as never };
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    if (chatId !== noChat) lanes.set(chatId, promise);
    try {
      if (before) await Promise.race([before, sleep(longestWaitMs, signal as AbortSignal)]);
      const waitMs = (holds.heldUntil(chatId) ?? 0) - clock.now();
      if (waitMs > 0) {
        if (chatId !== noChat) return tooEarly(waitMs);
        await sleep(waitMs, signal as AbortSignal);
      }
      const answer = await previous(method, payload, signal);
      const seconds = answer.ok ? undefined : answer.parameters?.retry_after;
      if (seconds !== undefined) holds.hold(chatId, clock.now() + seconds * 1000 + marginMs);
      return answer;
    } finally {
      resolve();
      if (lanes.get(chatId) === promise) lanes.delete(chatId);
    }
  };
}

function tooEarly(waitMs: number) {
  const seconds = Math.ceil(waitMs / 1000);
  const description = `Too Many Requests: retry after ${seconds} (Telegram was not asked again)`;
  return { ok: false as const, error_code: 429, description, parameters: { retry_after: seconds } };
}

function chatIdOf(payload: object): string {
  return "chat_id" in payload ? String(payload.chat_id) : noChat;
}
