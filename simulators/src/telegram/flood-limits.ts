// Telegram's limits on a bot's messages, as token buckets: for each chat and for all together.

export interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
}

/** https://core.telegram.org/bots/faq#my-bot-is-hitting-limits: about one a second in a chat, 30 a second in all. */
export interface FloodLimits {
  readonly perChat: Bucket;
  readonly overall: Bucket;
}

interface Level {
  tokens: number;
  at: number;
}

const limitedMethod = /^(?:send(?!chataction)|edit|copy|forward)/i;

export class FloodControl {
  readonly #limits: FloodLimits | undefined;
  readonly #now: () => number;
  readonly #levels = new Map<string, Level>();

  /** Without limits nothing is ever too much. */
  constructor(limits: FloodLimits | undefined, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes a token of the chat and of the whole; the whole seconds to wait where one is missing, else 0. */
  take(chatId: string, method: string): number {
    if (!this.#limits || chatId === "*" || !limitedMethod.test(method)) return 0;
    const chat = this.#fill(chatId, this.#limits.perChat);
    const overall = this.#fill("overall", this.#limits.overall);
    const waitSeconds = Math.max(
      (1 - chat.tokens) / this.#limits.perChat.perSecond,
      (1 - overall.tokens) / this.#limits.overall.perSecond,
    );
    if (waitSeconds > 0) return Math.ceil(waitSeconds);
    chat.tokens -= 1;
    overall.tokens -= 1;
    return 0;
  }

  #fill(key: string, { burst, perSecond }: Bucket): Level {
    const at = this.#now();
    const level = this.#levels.get(key) ?? { tokens: burst, at };
    level.tokens = Math.min(burst, level.tokens + ((at - level.at) / 1000) * perSecond);
    level.at = at;
    this.#levels.set(key, level);
    return level;
  }
}
