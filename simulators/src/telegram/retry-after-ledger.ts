// Remembers who was told to wait, and who did not.

export interface Violation {
  readonly chatId: string;
  readonly method: string;
  readonly at: number;
  readonly notBefore: number;
}

// A client's timer may fire a millisecond before its own clock agrees.
const timerToleranceMs = 2;

export class RetryAfterLedger {
  readonly #now: () => number;
  readonly #blockedUntil = new Map<string, number>();
  readonly #violations: Violation[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Starts the wait of a chat (`*` for a call that names none). */
  block(chatId: string, retryAfterSeconds: number): void {
    this.#blockedUntil.set(chatId, this.#now() + retryAfterSeconds * 1000);
  }

  /** The whole seconds this chat still has to wait, or 0. A call during the wait is written down as a violation. */
  check(chatId: string, method: string): number {
    const notBefore = this.#blockedUntil.get(chatId);
    if (notBefore === undefined) return 0;
    const at = this.#now();
    if (at >= notBefore - timerToleranceMs) {
      this.#blockedUntil.delete(chatId);
      return 0;
    }
    this.#violations.push({ chatId, method, at, notBefore });
    return Math.ceil((notBefore - at) / 1000);
  }

  get violations(): Violation[] {
    return [...this.#violations];
  }
}
