import { expect, test } from "vitest";
import { ago, day, span, until } from "./time.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const before = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

test.each([
  [-5, "now"],
  [0, "now"],
  [59, "now"],
  [60, "1 min ago"],
  [3599, "59 min ago"],
  [3600, "1 h ago"],
  [86_399, "23 h ago"],
  [86_400, "yesterday"],
  [2 * 86_400, "2 d ago"],
  [8 * 86_400, "2 Mar"],
  [400 * 86_400, "3 Feb 2025"],
])("%i seconds ago reads %s", (seconds, words) => {
  expect(ago(before(seconds), NOW)).toBe(words);
});

test.each([
  [-5, "now"],
  [30, "in a minute"],
  [90, "in 1 min"],
  [7200, "in 2 h"],
  [2 * 86_400, "in 2 d"],
  [8 * 86_400, "18 Mar"],
])("in %i seconds reads %s", (seconds, words) => {
  expect(until(before(-seconds), NOW)).toBe(words);
});

test("a time that is none reads as nothing", () => {
  expect(ago("soon", NOW)).toBe("");
});

test.each([
  [-3, "0.0 s"],
  [420, "0.4 s"],
  [9960, "10 s"],
  [59_600, "1 min"],
  [185_000, "3 min 5 s"],
  [7_800_000, "2 h 10 min"],
  [356_400_000, "4 d 3 h"],
])("%i ms reads %s", (ms, words) => {
  expect(span(ms)).toBe(words);
});

test("days are told from the reader's midnight, not from 24 hours", () => {
  const morning = new Date(2026, 2, 10, 0, 30).getTime();
  expect(day(new Date(2026, 2, 10, 0, 10).toISOString(), morning)).toBe("Today");
  expect(day(new Date(2026, 2, 9, 23, 50).toISOString(), morning)).toBe("Yesterday");
  expect(day(new Date(2026, 2, 2, 12).toISOString(), morning)).toBe("Mon 2 Mar");
});
