import { expect, test } from "vitest";
import { missingLength, typedSecret } from "./typed-secret.ts";

test("a single line loses the line break that was copied with it, several lines are kept as they are", () => {
  expect(typedSecret("token\n")).toBe("token");
  expect(typedSecret("token")).toBe("token");
  expect(typedSecret(" to ken ")).toBe(" to ken ");
  const key = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";
  expect(typedSecret(key)).toBe(key);
  expect(typedSecret("\n")).toBe("");
});

test("a secret needs six characters besides white space", () => {
  expect(["", "abc", "a b c d e", "abcdef", " ab\ncdefg\n"].map(missingLength)).toEqual([6, 3, 1, 0, 0]);
});
