/** So many a second, with a burst. */

export interface Rate {
  burst: number;
  perSecond: number;
}

export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  /** `now` is in milliseconds, here and below. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** 0: there is a token. Else the milliseconds until there is one. */
  waitMs(now: number): number {
    this.#refill(now);
    // Floating point leaves a full token a hair short.
    if (this.#tokens >= 1 - 1e-9) return 0;
    return Math.ceil(((1 - this.#tokens) * 1000) / this.#rate.perSecond);
  }

  change(by: 1 | -1): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + by);
  }

  isFull(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#rate.burst;
  }

  #refill(now: number): void {
    const elapsedMs = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (elapsedMs * this.#rate.perSecond) / 1000);
    this.#at = now;
  }
}

const mostBuckets = 1_000;

/** A bucket for each name; those that are full again are forgotten. */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  of(name: string, now: number): TokenBucket {
    const known = this.#buckets.get(name);
    if (known) return known;
    // A full bucket remembers nothing.
    if (this.#buckets.size >= mostBuckets) {
      for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    }
    const bucket = new TokenBucket(this.#rate, now);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** As `take`, and nothing is taken. A name that is not known has all its tokens. */
  waitMs(name: string, now: number): number {
    return this.#buckets.get(name)?.waitMs(now) ?? 0;
  }

  /** 0: one is taken. Otherwise the milliseconds after which to ask again; nothing is taken. */
  take(name: string, now: number): number {
    const bucket = this.of(name, now);
    const waitMs = bucket.waitMs(now);
    if (waitMs === 0) bucket.change(-1);
    return waitMs;
  }
}
