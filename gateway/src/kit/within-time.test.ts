import { expect, test } from "vitest";
import { withinTime } from "./within-time.ts";

test("what is done in time is handed back, and what it throws is thrown", () => {
  expect(withinTime(10_000, () => ({ answer: 42 }))).toEqual({ answer: 42 });
  const nested = (): number => 1 + nested();
  expect(() => withinTime(10_000, nested)).toThrow(RangeError);
  expect(() =>
    withinTime(10_000, () => {
      throw new TypeError("no");
    }),
  ).toThrow(new TypeError("no"));
});

test.each([
  [
    "a loop",
    () => {
      for (;;);
    },
  ],
  ["a regular expression", () => /^(a+)+$/.test(`${"a".repeat(64)}b`)],
])("%s that does not end is ended, and the next one is not", (_, work) => {
  expect(withinTime(50, work)).toBeNull();
  expect(withinTime(10_000, () => "next")).toBe("next");
});
