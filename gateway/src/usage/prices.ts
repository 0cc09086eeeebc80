/** What a model call costs in US dollars. Pure. */
import type { MeteredUsage } from "./usage-meter.ts";

/** Dollars for a million tokens of each kind. */
export interface Rates {
  input: number;
  output: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  cacheRead: number;
}

export interface ModelPrice extends Rates {
  /** Other rates, of the whole call, where its prompt is longer than this. */
  longPrompt?: { aboveTokens: number; rates: Rates };
  /** How many times dearer the model's fast mode is. */
  fastFactor?: number;
}

const rates = (
  input: number,
  output: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
  cacheRead: number,
): Rates => ({
  input,
  output,
  cacheWrite5m,
  cacheWrite1h,
  cacheRead,
});

const fable = rates(10, 50, 12.5, 20, 1);
const fable51 = rates(10, 50, 12.5, 20, 0.25);
const opus = rates(5, 25, 6.25, 10, 0.5);
const oldOpus = rates(15, 75, 18.75, 30, 1.5);
const sonnet = rates(3, 15, 3.75, 6, 0.3);
const longSonnet = { ...sonnet, longPrompt: { aboveTokens: 200_000, rates: rates(6, 22.5, 7.5, 12, 0.6) } };
const oldHaiku = rates(0.8, 4, 1, 1.6, 0.08);

/** Anthropic's list prices: https://platform.claude.com/docs/en/about-claude/pricing, as of 2026-10-24. */
const list: Readonly<Record<string, ModelPrice>> = {
  "claude-fable-5-1": fable51,
  "claude-mythos-5-1": fable51,
  "claude-fable-5": fable,
  "claude-mythos-5": fable,
  "claude-opus-5-5": rates(4, 20, 5, 8, 0.2),
  "claude-opus-5": opus,
  "claude-opus-4-8": opus,
  "claude-opus-4-7": { ...opus, fastFactor: 6 },
  "claude-opus-4-6": { ...opus, fastFactor: 6 },
  "claude-opus-4-5": opus,
  "claude-opus-4-1": oldOpus,
  "claude-opus-4-0": oldOpus,
  "claude-opus-4": oldOpus,
  "claude-3-opus": oldOpus,
  "claude-sonnet-5-5": rates(2, 10, 2.5, 4, 0.1),
  "claude-sonnet-5": rates(2, 10, 2.5, 4, 0.2),
  "claude-sonnet-4-6": sonnet,
  "claude-sonnet-4-5": longSonnet,
  "claude-sonnet-4-0": longSonnet,
  "claude-sonnet-4": longSonnet,
  "claude-3-7-sonnet": sonnet,
  "claude-3-5-sonnet": sonnet,
  "claude-haiku-5-5": {
    ...rates(0.1, 0.5, 0.125, 0.2, 0.01),
    longPrompt: { aboveTokens: 100_000, rates: rates(0.5, 2.5, 0.625, 1, 0.05) },
  },
  "claude-haiku-4-5": rates(1, 5, 1.25, 2, 0.1),
  "claude-3-5-haiku": oldHaiku,
  "claude-3-haiku": rates(0.25, 1.25, 0.3, 0.5, 0.03),
};

/** A map, because a model may be called `constructor`. */
const listed = new Map(Object.entries(list));

/** What a model whose price nobody knows counts as in a budget: a budget must hold whichever model an agent asks for. */
const dearest: ModelPrice = { ...oldOpus, fastFactor: 6 };

const usualFastFactor = 2;
const usInferenceFactor = 1.1;
const webSearchUsd = 0.01;
const million = 1_000_000;

/** The longest prompt that a listed model takes. */
const contextTokens = 1_000_000;
/** https://platform.claude.com/docs/en/build-with-claude/vision: 4,784 for the largest that any model sees. */
const mostImageTokens = 5_000;
/** Of one call. */
const mostWebSearches = 100;

/** What bounds a call before it goes out. */
export interface CallBounds {
  /** Of its request. */
  bytes: number;
  maxOutputTokens: number;
  images?: number;
  /** Its prompt may be as long as the model takes. */
  openInput?: boolean;
  /** So often the endpoint may run the model for it. */
  samplings?: number;
  fast?: boolean;
  usOnly?: boolean;
  /** Models that may answer in place of the one that is asked. */
  otherModels?: readonly string[];
}

export interface Cost {
  /** Null where no price is known. */
  usd: number | null;
  /** What a budget counts: the price, or the dearest one where none is known. */
  countedUsd: number;
}

export class Prices {
  readonly #own: { pattern: RegExp; price: ModelPrice }[];

  /** `own` goes before the list; a pattern may hold `*`, and the first that fits a model's whole name is taken. */
  constructor(own: Readonly<Record<string, ModelPrice>> = {}) {
    this.#own = Object.entries(own).map(([pattern, price]) => ({ pattern: globOf(pattern), price }));
  }

  /** Null where no price is known. A newer version of a listed model is another model. */
  of(model: string): ModelPrice | null {
    const own = this.#own.find(({ pattern }) => pattern.test(model));
    return own?.price ?? listed.get(plainName(model)) ?? null;
  }

  cost(model: string, usage: MeteredUsage): Cost {
    const price = this.of(model);
    const countedUsd = costAt(price ?? dearest, usage);
    return { usd: price === null ? null : countedUsd, countedUsd };
  }

  /** The most that a call can cost before it is known what it does. */
  most(model: string, call: CallBounds): number {
    return Math.max(...[model, ...(call.otherModels ?? [])].map((one) => this.#mostOf(one, call)));
  }

  #mostOf(model: string, call: CallBounds): number {
    const price = this.of(model) ?? dearest;
    const { maxOutputTokens, samplings = 1 } = call;
    const input = mostInputTokens(model, call) * samplings;
    const tiers = [price, ...(price.longPrompt ? [price.longPrompt.rates] : [])];
    const usd = tiers.map(
      (tier) =>
        (input * Math.max(tier.input, tier.cacheWrite5m, tier.cacheWrite1h) +
          maxOutputTokens * samplings * tier.output) /
        million,
    );
    const factor = factorOf(price, { fast: call.fast ?? false, usOnly: call.usOnly ?? false });
    return Math.max(...usd) * factor + (samplings > 1 ? mostWebSearches * webSearchUsd : 0);
  }
}

/** A token is at least a byte, but for pictures and for what the bytes only point at or pack. */
export function mostInputTokens(model: string, { bytes, images = 0, openInput = false }: CallBounds): number {
  const tokens = bytes + images * mostImageTokens;
  if (openInput) return Math.max(contextTokens, tokens);
  return listed.has(plainName(model)) ? Math.min(contextTokens, tokens) : tokens;
}

function costAt(price: ModelPrice, usage: MeteredUsage): number {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { longPrompt } = price;
  const tier = longPrompt && prompt > longPrompt.aboveTokens ? longPrompt.rates : price;
  const tokens =
    usage.inputTokens * tier.input +
    usage.outputTokens * tier.output +
    usage.cacheReadTokens * tier.cacheRead +
    (usage.cacheWriteTokens - usage.cacheWrite1hTokens) * tier.cacheWrite5m +
    usage.cacheWrite1hTokens * tier.cacheWrite1h;
  return (tokens / million) * factorOf(price, usage) + usage.webSearches * webSearchUsd;
}

function factorOf(price: ModelPrice, { fast, usOnly }: Pick<MeteredUsage, "fast" | "usOnly">): number {
  return (fast ? (price.fastFactor ?? usualFastFactor) : 1) * (usOnly ? usInferenceFactor : 1);
}

/** Without what names only a release date, a revision or the length of the context. */
function plainName(model: string): string {
  return model
    .toLowerCase()
    .replace(/\[\w+\]$/, "")
    .replace(/-v\d+(:\d+)?$/, "")
    .replace(/(-latest|[-@]\d{8})$/, "");
}

function globOf(pattern: string): RegExp {
  const escaped = pattern.split("*").map((piece) => piece.replaceAll(/[^\w]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join(".*")}$`, "i");
}
