import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cost, spentOf } from "./amounts.ts";

test.each([
  [0, "$0.00"],
  [0.00003, "< $0.0001"],
  [0.0004, "$0.0004"],
  [0.0042, "$0.0042"],
  [0.004, "$0.004"],
  [0.07, "$0.07"],
  [1.239, "$1.24"],
  [1234.5, "$1,234.50"],
  [1_234_567.8, "$1,234,568"],
])("%d dollars are %s", (usd, text) => {
  expect(cost(usd)).toBe(text);
});

test.each([
  [0.07, 0.004, "$0.07 of $0.004"],
  [0, 2, "$0.00 of $2.00"],
  [0.0042, 2, "$0.0042 of $2.00"],
  [1.999, 2, "$1.99 of $2.00"],
  [2, 2, "$2.00 of $2.00"],
  [2.004, 2, "$2.00 of $2.00"],
  [12, 1500, "$12.00 of $1,500.00"],
])("%d of %d dollars are %s", (used, limit, text) => {
  expect(spentOf(used, limit)).toBe(text);
});

test("what is left of a budget is never rounded away", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (limit, part) => {
        const cents = Math.round(limit * 100) / 100;
        const [used, whole] = spentOf(cents * part, cents).split(" of ");
        expect(used === whole).toBe(cents * part >= cents);
      },
    ),
  );
});
