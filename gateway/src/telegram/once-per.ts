/** Says yes once per key and period, so that a stranger is told once and not with every message. */
import type { Clock } from "../kit/clock.ts";

// Enough for every chat that a bot meets within an hour; past it the oldest are told again.
const mostKeys = 10_000;

export class OncePer {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #lastAt = new Map<string, number>();

  constructor(clock: Clock, periodMs: number) {
    this.#clock = clock;
    this.#periodMs = periodMs;
  }

  /** True when the key was not granted within the period; that counts as granted. */
  grant(key: string): boolean {
    const now = this.#clock.now();
    const last = this.#lastAt.get(key);
    if (last !== undefined && now - last < this.#periodMs) return false;
    this.#lastAt.delete(key);
    this.#lastAt.set(key, now);
    const oldest = this.#lastAt.keys().next().value;
    if (this.#lastAt.size > mostKeys && oldest !== undefined) this.#lastAt.delete(oldest);
    return true;
  }

  /** Takes a grant back: what it was for did not come about. */
  revoke(key: string): void {
    this.#lastAt.delete(key);
  }
}
