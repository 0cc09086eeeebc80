import { describe, expect, test } from "vitest";
import { unseenUsage } from "./unseen-usage.ts";
import { nothingUsed, type Metering } from "./usage-meter.ts";

const seen = (change: Partial<Metering>): Metering => ({
  model: "m",
  usage: nothingUsed,
  error: null,
  told: "nothing",
  writtenBytes: 0,
  ...change,
});
const call = { model: "m", bounds: { bytes: 1_000, maxOutputTokens: 500 }, writingMs: 0 };

describe("a call whose count was not seen", () => {
  test("is what was told where that is all", () => {
    const usage = { ...nothingUsed, inputTokens: 3, outputTokens: 4 };
    expect(unseenUsage(seen({ told: "all", usage, writtenBytes: 99 }), { ...call, writingMs: 99_999 })).toEqual(usage);
  });

  test("has read what was told, or else what it can have read at most, at the dearest rate", () => {
    const usage = { ...nothingUsed, inputTokens: 3, cacheReadTokens: 9 };
    expect(unseenUsage(seen({ told: "input", usage }), call)).toEqual(usage);
    expect(unseenUsage(seen({}), call)).toMatchObject({ cacheWriteTokens: 1_000, cacheWrite1hTokens: 1_000 });
    const open = { ...call, bounds: { ...call.bounds, openInput: true } };
    expect(unseenUsage(seen({}), open)).toMatchObject({ cacheWriteTokens: 1_000_000 });
  });

  test("has written as many tokens as bytes came, or as its time allows, and never more than it may", () => {
    const written = (change: Partial<Metering>, writingMs: number): number =>
      unseenUsage(seen({ told: "input", ...change }), { ...call, writingMs }).outputTokens;
    expect(written({ writtenBytes: 70 }, 0)).toBe(70);
    expect(written({ writtenBytes: 70 }, 1_000)).toBe(250);
    expect(written({ usage: { ...nothingUsed, fast: true } }, 400)).toBe(250);
    expect(written({ writtenBytes: 9_000 }, 60_000)).toBe(500);
    expect(written({ usage: { ...nothingUsed, outputTokens: 600 } }, 60_000)).toBe(600);
  });

  test("of several runs has read all that was reserved, and written in all what its time allows", () => {
    const bounds = { ...call.bounds, samplings: 10 };
    const used = (change: Partial<Metering>, writingMs: number): unknown =>
      unseenUsage(seen({ told: "output", ...change }), { ...call, bounds, writingMs });
    expect(used({}, 200)).toMatchObject({ cacheWriteTokens: 10_000, outputTokens: 50 });
    expect(used({ writtenBytes: 4_000 }, 200)).toMatchObject({ outputTokens: 4_000 });
    expect(used({ writtenBytes: 9_000 }, 60_000)).toMatchObject({ cacheWriteTokens: 10_000, outputTokens: 5_000 });
  });
});
