/** Keeps below Telegram's limits: short bursts per chat, and so many messages a second in all. */

export interface Rate {
  burst: number;
  perSecond: number;
}

/** Telegram: about one message a second in a chat, short bursts allowed, 30 a second in all. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
export const telegramRates = {
  chat: { burst: 3, perSecond: 1 },
  global: { burst: 30, perSecond: 30 },
} as const satisfies Record<string, Rate>;

export class SendLimits {
  readonly #rates: { chat: Rate; global: Rate };
  readonly #global: TokenBucket;
  readonly #chats = new Map<string, TokenBucket>();

  constructor(now: number, rates: { chat: Rate; global: Rate } = telegramRates) {
    this.#rates = rates;
    this.#global = new TokenBucket(rates.global, now);
  }

  /** 0: a place is taken and a message may go. Otherwise the milliseconds after which to ask again; nothing is taken. */
  take(chat: string, now: number): number {
    const bucket = this.#bucket(chat, now);
    const waitMs = Math.max(bucket.waitMs(now), this.#global.waitMs(now));
    if (waitMs > 0) return waitMs;
    bucket.change(-1);
    this.#global.change(-1);
    return 0;
  }

  /** Gives a place back that was not used. */
  giveBack(chat: string): void {
    this.#chats.get(chat)?.change(1);
    this.#global.change(1);
  }

  #bucket(chat: string, now: number): TokenBucket {
    const known = this.#chats.get(chat);
    if (known) return known;
    // A full bucket remembers nothing.
    if (this.#chats.size >= 1_000) {
      for (const [key, bucket] of this.#chats) if (bucket.isFull(now)) this.#chats.delete(key);
    }
    const bucket = new TokenBucket(this.#rates.chat, now);
    this.#chats.set(chat, bucket);
    return bucket;
  }
}

class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

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
