import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Prices } from "./prices.ts";
import { nothingUsed, type MeteredUsage } from "./usage-meter.ts";

const used = (change: Partial<MeteredUsage>): MeteredUsage => ({ ...nothingUsed, ...change });
const million = 1_000_000;

describe("prices", () => {
  test.each([
    ["claude-opus-4-5-20251101", { inputTokens: million }, 5],
    ["claude-opus-5-5[1m]", { outputTokens: million }, 20],
    ["claude-opus-5-5", { cacheReadTokens: million }, 0.2],
    ["claude-sonnet-5-5", { cacheWriteTokens: million }, 2.5],
    ["claude-sonnet-5-5", { cacheWriteTokens: million, cacheWrite1hTokens: million / 2 }, 3.25],
    ["claude-haiku-4-5-20251001", { inputTokens: 1000, outputTokens: 200, cacheReadTokens: 5000 }, 0.0025],
    ["claude-haiku-5-5", { inputTokens: 100_000, outputTokens: 1000 }, 0.0105],
    ["claude-haiku-5-5", { inputTokens: 1, cacheReadTokens: 100_000, outputTokens: 1000 }, 0.0075005],
    ["claude-3-5-sonnet-latest", { inputTokens: million }, 3],
    ["claude-opus-4-6", { outputTokens: million, fast: true }, 150],
    ["claude-opus-5-5", { outputTokens: million, usOnly: true }, 22],
    ["claude-sonnet-5-5", { webSearches: 3 }, 0.03],
  ])("%s for %j is $%d", (model, usage, usd) => {
    const cost = new Prices().cost(model, used(usage));
    expect(cost.usd).toBeCloseTo(usd, 10);
    expect(cost.countedUsd).toBe(cost.usd);
  });

  test.each(["", "gpt-7", "claude-opus-5-6", "claude-opus-55", "my-claude-opus-5", "claude-sonnet-6", "constructor"])(
    "%s has no price, and counts as the dearest in a budget",
    (model) => {
      expect(new Prices().cost(model, used({ outputTokens: million }))).toEqual({ usd: null, countedUsd: 75 });
    },
  );

  test("those of the settings go first, by pattern", () => {
    const local = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
    const prices = new Prices({ "qwen*:32b": local, "claude-opus-5": { ...local, input: 7 } });
    expect(prices.cost("Qwen-3:32b", used({ inputTokens: million })).usd).toBe(0);
    expect(prices.cost("qwen-3:8b", used({ inputTokens: million })).usd).toBeNull();
    expect(prices.cost("claude-opus-5", used({ inputTokens: million })).usd).toBe(7);
    expect(prices.cost("claude-opus-5-5", used({ inputTokens: million })).usd).toBe(4);
    expect(new Prices({ "a.b": local }).of("axb")).toBeNull();
  });

  test("no call costs more than the most that is said of it before", () => {
    const tokens = fc.nat(400_000);
    const usage = fc.record({
      inputTokens: tokens,
      outputTokens: tokens,
      cacheReadTokens: tokens,
      cacheWriteTokens: tokens,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      model: fc.constantFrom("claude-opus-5-5", "claude-opus-4-6", "claude-haiku-5-5", "claude-sonnet-4-5", "nobody's"),
      fast: fc.boolean(),
      usOnly: fc.boolean(),
      images: fc.nat(20),
    });
    fc.assert(
      fc.property(usage, ({ share, model, images, ...rest }) => {
        const call = used({ ...rest, cacheWrite1hTokens: Math.floor(rest.cacheWriteTokens * share) });
        const prompt = rest.inputTokens + rest.cacheReadTokens + rest.cacheWriteTokens;
        // No listed model takes a longer one.
        fc.pre(prompt <= million);
        const { fast, usOnly, outputTokens } = rest;
        const bytes = Math.max(0, prompt - images * 4_784);
        const prices = new Prices();
        const most = prices.most(model, { bytes, images, maxOutputTokens: outputTokens, fast, usOnly });
        expect(prices.cost(model, call).countedUsd).toBeLessThanOrEqual(most + 1e-9);
        const open = prices.most(model, { bytes: 100, openInput: true, maxOutputTokens: outputTokens, fast, usOnly });
        expect(prices.cost(model, call).countedUsd).toBeLessThanOrEqual(open + 1e-9);
        const several = { bytes: 100, openInput: true, samplings: 10, maxOutputTokens: outputTokens, fast, usOnly };
        const tenfold = Object.fromEntries(
          Object.entries(call).map(([name, value]) => [name, typeof value === "number" ? value * 10 : value]),
        );
        const dear = { ...call, ...tenfold, webSearches: 100 };
        expect(prices.cost(model, dear).countedUsd).toBeLessThanOrEqual(prices.most(model, several) + 1e-6);
      }),
    );
  });

  test("a listed model reads no more than its context, however many bytes a picture has", () => {
    const picture = { bytes: 20 * million, maxOutputTokens: 0 };
    expect(new Prices().most("claude-opus-5-5", picture)).toBe(8);
    expect(new Prices().most("nobody's", picture)).toBe(600);
  });

  test("with models that may answer instead, the dearest bounds it, and one that nobody knows is dearer than all", () => {
    const prices = new Prices();
    const call = { bytes: 1_000, maxOutputTokens: 1_000, samplings: 2 };
    const of = (model: string, ...otherModels: string[]): number => prices.most(model, { ...call, otherModels });
    expect(of("claude-haiku-4-5", "claude-opus-5-5")).toBe(of("claude-opus-5-5"));
    expect(of("claude-opus-5-5", "claude-haiku-4-5")).toBe(of("claude-opus-5-5"));
    expect(of("claude-haiku-4-5", "")).toBe(of("nobody's"));
  });
});
