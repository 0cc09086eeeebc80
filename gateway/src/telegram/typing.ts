/** Keeps "typing…" visible in a chat while a turn runs there. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Api } from "grammy";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import { deadline, sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { callFailure } from "./call-outcome.ts";
import type { ChatHolds } from "./chat-holds.ts";

export interface TypingOptions {
  api: Api;
  holds: ChatHolds;
  clock: Clock;
  logger: Logger;
  /** Telegram shows it for 5 s. */
  intervalMs?: number;
}

// A turn whose end was never told must not type for ever.
const longestMs = 12 * 3_600_000;

export class Typing implements AsyncDisposable {
  readonly #options: TypingOptions;
  readonly #intervalMs: number;
  readonly #background: Background;
  /** The turns that run at each address, and what ends its loop. */
  readonly #places = new Map<string, { turns: Set<string>; loop: AbortController }>();

  constructor(options: TypingOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? 4_000;
    this.#background = new Background((error) =>
      options.logger.error({ error: errorMessage(error) }, "typing cannot be shown"),
    );
  }

  /** Twice for the same turn is once. */
  turnStarted(address: TelegramAddress, turnId: string): void {
    const key = `${address.chatId}/${address.topicId ?? ""}`;
    const known = this.#places.get(key);
    if (known) {
      known.turns.add(turnId);
      return;
    }
    const loop = new AbortController();
    this.#places.set(key, { turns: new Set([turnId]), loop });
    this.#background.run(async (stop) => {
      try {
        await this.#type(address, deadline(AbortSignal.any([stop, loop.signal]), longestMs));
      } finally {
        if (this.#places.get(key)?.loop === loop) this.#places.delete(key);
      }
    });
  }

  /** Unknown turns are no error. */
  turnEnded(turnId: string): void {
    for (const [key, { turns, loop }] of this.#places) {
      if (!turns.delete(turnId) || turns.size > 0) continue;
      this.#places.delete(key);
      loop.abort(new DOMException("the turn has ended", "AbortError"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#background[Symbol.asyncDispose]();
  }

  async #type(address: TelegramAddress, signal: AbortSignal): Promise<void> {
    const { holds, clock } = this.#options;
    while (!signal.aborted) {
      const heldUntil = holds.heldUntil(address.chatId);
      if (heldUntil === null && !(await this.#show(address, signal))) return;
      const waitMs = heldUntil === null ? this.#intervalMs : Math.max(this.#intervalMs, heldUntil - clock.now());
      await sleep(waitMs, signal).catch(() => {});
    }
  }

  /** False when the chat will never take it. */
  async #show(address: TelegramAddress, signal: AbortSignal): Promise<boolean> {
    const { api } = this.#options;
    try {
      await api.raw.sendChatAction(
        {
          chat_id: address.chatId,
          action: "typing",
          ...(address.topicId === undefined ? {} : { message_thread_id: address.topicId }),
        },
        deadline(signal, 10_000) as never,
      );
    } catch (error) {
      const failure = callFailure(error);
      if (failure.type !== "refused") return true;
      return failure.code !== 403 && failure.code !== 400;
    }
    return true;
  }
}
