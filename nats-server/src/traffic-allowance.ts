// How much a user may send: operations a second, with a burst, shared by all the user's connections.

export interface TrafficRate {
  /** Operations of any kind. A payload counts as one more for each full 4 KiB. */
  operationsPerSecond: number;
  /** What a user who was quiet may send at once. */
  burst: number;
  /** All connections with the same name share one allowance; absent: those of one user key. */
  sharedBy?: string | undefined;
}

const BYTES_PER_OPERATION = 4096;

/** A token bucket that may go into debt, since what was read cannot be unread: the debt is the time not to read on. */
export class TrafficAllowance {
  readonly #rate: TrafficRate;
  readonly #now: () => number;
  #tokens: number;
  #countedAtMs: number;

  /** `now` is in milliseconds. */
  constructor(rate: TrafficRate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#countedAtMs = now();
  }

  takeOperation(): void {
    this.#tokens -= 1;
  }

  takePayload(bytes: number): void {
    this.#tokens -= Math.floor(bytes / BYTES_PER_OPERATION);
  }

  /** Milliseconds until the debt is paid; 0 when there is none. */
  get delayMs(): number {
    this.#count();
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#rate.operationsPerSecond) * 1000);
  }

  get isFull(): boolean {
    this.#count();
    return this.#tokens >= this.#rate.burst;
  }

  #count(): void {
    const nowMs = this.#now();
    // A clock may be set back; then nothing is earned until it goes on.
    const earned = (Math.max(0, nowMs - this.#countedAtMs) / 1000) * this.#rate.operationsPerSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned);
    this.#countedAtMs = nowMs;
  }
}

/** One allowance a user. It outlives the user's connections while it is in use, so that a reconnect wins nothing. */
export class TrafficAllowances {
  readonly #byUser = new Map<string, TrafficAllowance>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  of(user: string, rate: TrafficRate): TrafficAllowance {
    const known = this.#byUser.get(user);
    if (known) return known;
    for (const [name, allowance] of this.#byUser) if (allowance.isFull) this.#byUser.delete(name);
    const allowance = new TrafficAllowance(rate, this.#now);
    this.#byUser.set(user, allowance);
    return allowance;
  }
}
