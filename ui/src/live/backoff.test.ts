import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("doubles from half a second and stops growing at ten", () => {
  expect([0, 1, 2, 3, 4, 5, 1000].map((attempt) => backoffMs(attempt, 0))).toEqual([
    500, 1000, 2000, 4000, 8000, 10_000, 10_000,
  ]);
});

test("jitter takes away at most half", () => {
  expect(backoffMs(10, 0.999)).toBeGreaterThanOrEqual(5000);
});
