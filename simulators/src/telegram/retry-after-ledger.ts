// Remembers who was told to wait, and who did not.

export interface Violation {
  readonly chatId: string;
  readonly method: string;
  readonly at: number;
  readonly notBefore: number;
  /** Since the 429. A call within the first few milliseconds may have been under way before the bot could know. */
  readonly afterMs: number;
}

// A client's timer may fire a millisecond before its own clock agrees.
const timerToleranceMs = 2;

export class RetryAfterLedger {
  readonly #now: () => number;
  readonly #blocked = new Map<string, { since: number; until: number }>();
  readonly #violations: Violation[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Starts the wait of a chat (`*` for a call that names none). */
  block(chatId: string, retryAfterSeconds: number): void {
    const since = this.#now();
    this.#blocked.set(chatId, { since, until: since + retryAfterSeconds * 1000 });
  }

  /** The whole seconds this chat still has to wait, or 0. A call during the wait is written down as a violation. */
  check(chatId: string, method: string): number {
    const block = this.#blocked.get(chatId);
    if (block === undefined) return 0;
    const { since, until: notBefore } = block;
    const at = this.#now();
    if (at >= notBefore - timerToleranceMs) {
      this.#blocked.delete(chatId);
      return 0;
    }
    this.#violations.push({ chatId, method, at, notBefore, afterMs: at - since });
    return Math.ceil((notBefore - at) / 1000);
  }

  get violations(): Violation[] {
    return [...this.#violations];
  }
}
