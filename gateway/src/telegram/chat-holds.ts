/** Chats that Telegram has asked to leave alone for a while: messages, edits and typing alike. */
import type { Clock } from "../kit/clock.ts";

export class ChatHolds {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An earlier moment than one set before changes nothing. */
  hold(chatId: string, until: number): void {
    this.#until.set(chatId, Math.max(until, this.#until.get(chatId) ?? 0));
  }

  /** Epoch milliseconds, or null when the chat may be written to. */
  heldUntil(chatId: string): number | null {
    const until = this.#until.get(chatId);
    if (until === undefined) return null;
    if (until > this.#clock.now()) return until;
    this.#until.delete(chatId);
    return null;
  }
}
