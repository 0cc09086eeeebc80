import * as fc from "fast-check";
import { expect, test } from "vitest";
import { brokenAt } from "./broken-json.ts";

test.each([
  ['{"value": sk-live-0123456789}', 10],
  ['{"value": 12x}', 12],
  ['{"value": "x', 12],
  ['{"a":1}x', 7],
  ['"\\x"', 2],
  ["nul}", 3],
  ["[1,]", 3],
  ["{", 1],
  ["", 0],
])("%s is broken at %i", (text, position) => {
  expect(brokenAt(text)).toBe(position);
});

test("what is JSON is not broken, and what is too long is not searched", () => {
  expect(brokenAt('{"a": [1, null]}')).toBeNull();
  expect(brokenAt(`["${"x".repeat(70_000)}", sk-live]`)).toBeNull();
});

test("the place is the first character that does not belong there, wherever it is put", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, seed) => {
      const at = seed % (json.length + 1);
      const before = json.slice(0, at);
      const isInText = (before.replaceAll(/\\./g, "").match(/"/g) ?? []).length % 2 === 1;
      // Outside of texts nothing of JSON has this sign.
      fc.pre(!isInText);
      expect(brokenAt(`${before}§${json.slice(at)}`)).toBe(at);
    }),
  );
});
