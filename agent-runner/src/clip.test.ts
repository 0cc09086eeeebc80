import { expect, test } from "vitest";
import { clip, lastPart } from "./clip.ts";

test("the last part of a text begins with a word, so that no secret has lost its beginning", () => {
  expect(lastPart("one secret-value two", 20)).toBe("one secret-value two");
  expect(lastPart("one secret-value two", 12)).toBe("two");
  expect(lastPart("one secret-value two", 16)).toBe("secret-value two");
  expect(lastPart("a word\nwithout-end", 8)).toBe("hout-end");
});

test("a clipped text ends with an ellipsis and is as long as it may be", () => {
  expect([clip("12345", 5), clip("123456", 5)]).toEqual(["12345", "1234…"]);
});
