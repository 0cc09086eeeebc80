/** Notes every `retry_after` of Telegram, whatever call it answers, so that all callers leave the chat alone. */
import type { Transformer } from "grammy";
import type { Clock } from "../kit/clock.ts";
import { sleep } from "../kit/deadline.ts";
import type { ChatHolds } from "./chat-holds.ts";

// Telegram counts whole seconds, and timers may be early by a millisecond.
const marginMs = 100;
/** What calls that name no chat share. */
const noChat = "*";

/** Calls that name no chat wait here; for a chat the caller asks `holds` before it calls, because it may have something better to do. */
export function obeyRetryAfter(holds: ChatHolds, clock: Clock): Transformer {
  return async (previous, method, payload, signal) => {
    const chatId = chatIdOf(payload);
    const heldUntil = chatId === noChat ? holds.heldUntil(noChat) : null;
    if (heldUntil !== null) await sleep(heldUntil - clock.now(), signal as AbortSignal);
    const answer = await previous(method, payload, signal);
    const seconds = answer.ok ? undefined : answer.parameters?.retry_after;
    if (seconds !== undefined) holds.hold(chatId, clock.now() + seconds * 1000 + marginMs);
    return answer;
  };
}

function chatIdOf(payload: object): string {
  return "chat_id" in payload ? String(payload.chat_id) : noChat;
}
