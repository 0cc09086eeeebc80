/** At most so many within a period: what is more is refused, not kept. */
import type { Clock } from "../kit/clock.ts";

export class Pace {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #periodMs: number;
  #grantedAt: number[] = [];

  constructor(clock: Clock, most: number, periodMs: number) {
    this.#clock = clock;
    this.#most = most;
    this.#periodMs = periodMs;
  }

  grant(): boolean {
    const now = this.#clock.now();
    this.#grantedAt = this.#grantedAt.filter((at) => now - at < this.#periodMs);
    if (this.#grantedAt.length >= this.#most) return false;
    this.#grantedAt.push(now);
    return true;
  }
}
