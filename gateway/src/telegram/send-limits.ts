/** Keeps below Telegram's limits: short bursts per chat, and so many messages a second in all. */
import { TokenBucket, TokenBuckets, type Rate } from "../kit/token-bucket.ts";

/** Telegram: about one message a second in a chat, short bursts allowed, 30 a second in all. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
export const telegramRates = {
  chat: { burst: 3, perSecond: 1 },
  global: { burst: 30, perSecond: 30 },
} as const satisfies Record<string, Rate>;

export class SendLimits {
  readonly #global: TokenBucket;
  readonly #chats: TokenBuckets;

  constructor(now: number, rates: { chat: Rate; global: Rate } = telegramRates) {
    this.#global = new TokenBucket(rates.global, now);
    this.#chats = new TokenBuckets(rates.chat);
  }

  /** 0: a place is taken and a message may go. Otherwise the milliseconds after which to ask again; nothing is taken. */
  take(chat: string, now: number): number {
    const bucket = this.#chats.of(chat, now);
    const waitMs = Math.max(bucket.waitMs(now), this.#global.waitMs(now));
    if (waitMs > 0) return waitMs;
    bucket.change(-1);
    this.#global.change(-1);
    return 0;
  }

  /** Gives a place back that was not used. */
  giveBack(chat: string, now: number): void {
    this.#chats.of(chat, now).change(1);
    this.#global.change(1);
  }
}
