import type { UsageRow } from "@praktor/protocol/insight";
import { expect, test } from "vitest";
import { by, byDay, isUnpriced, nothing } from "./usage-sums.ts";

const one = { calls: 1, tokens: 20, cost_usd: 0.5, unpriced_calls: 0 };

test("every one of 30 days is there, over the end of a month and a year", () => {
  const days = byDay(
    [
      { day: "2026-01-02", group_id: "a", model: "m", ...one },
      { day: "2026-01-02", group_id: "b", model: "m", ...one },
      { day: "2025-12-04", group_id: "b", model: "m", ...one },
    ],
    "2026-01-02",
  );
  expect(days).toHaveLength(30);
  expect(days[0]).toEqual({ day: "2025-12-04", ...one });
  expect(days.at(-1)).toEqual({ day: "2026-01-02", calls: 2, tokens: 40, cost_usd: 1, unpriced_calls: 0 });
  expect(days[1]).toEqual({ day: "2025-12-05", ...nothing });
});

test("groups and models are added up, the dearest first", () => {
  const row = (group: string, model: string, cost: number): UsageRow => ({
    group_id: group,
    model,
    today: nothing,
    last_30_days: { ...one, cost_usd: cost },
  });
  const rows = [row("a", "x", 1), row("b", "x", 3), row("a", "y", 1)];
  expect(
    by(rows, ({ group_id: group }) => group).map(({ key, last_30_days: { cost_usd: cost } }) => [key, cost]),
  ).toEqual([
    ["b", 3],
    ["a", 2],
  ]);
  expect(by(rows, ({ model }) => model)[0]).toMatchObject({ key: "x", last_30_days: { cost_usd: 4, calls: 2 } });
});

test("nothing used is not the same as nothing known", () => {
  expect(isUnpriced(nothing)).toBe(false);
  expect(isUnpriced({ ...one, cost_usd: 0, unpriced_calls: 1 })).toBe(true);
  expect(isUnpriced({ ...one, calls: 2, unpriced_calls: 1 })).toBe(false);
});
