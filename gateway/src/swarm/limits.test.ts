import type { SwarmLimits } from "@praktor/protocol/swarm";
import { describe, expect, test } from "vitest";
import { limitWords, overLimit } from "./limits.ts";

const limits: SwarmLimits = { node_ms: 60_000, run_ms: 600_000, tokens: 100, cost_usd: 2 };
const used = (...members: [tokens: number, costUsd: number][]) =>
  new Map(members.map(([tokens, costUsd], index) => [`m${index}`, { tokens, costUsd }]));
const over = (change: Partial<SwarmLimits>, usage: ReturnType<typeof used>, now = 1_000): string | null =>
  overLimit({ limits: { ...limits, ...change }, startedAt: 1_000 }, usage, now);

describe("a run's limits", () => {
  test("hold for all its members together, and reaching one is not passing it", () => {
    expect(over({}, used([60, 1], [40, 1]))).toBeNull();
    expect(over({}, used([60, 1], [41, 0]))).toBe("It used more than the 100 tokens that this run may use.");
    expect(over({}, used([0, 1.5], [0, 0.6]))).toBe("It cost more than the $2 that this run may cost.");
  });

  test("of time count from its start", () => {
    expect(over({}, used(), 600_999)).toBeNull();
    expect(over({}, used(), 601_000)).toBe("It took longer than the 10 minutes that this run may take.");
  });

  test("that are null bound nothing", () => {
    expect(over({ tokens: null, cost_usd: null }, used([1e9, 1e6]))).toBeNull();
  });

  test("are told in the unit that fits", () => {
    expect(limitWords.node(90_000)).toContain("90 seconds");
    expect(limitWords.node(30 * 60_000)).toContain("30 minutes");
    expect(limitWords.run(6 * 3_600_000)).toContain("6 hours");
  });
});
