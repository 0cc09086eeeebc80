import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { folderName } from "./folder-name.ts";

describe("folder name", () => {
  test.each([
    ["Family", "-100123", "family-100123"],
    ["Zoë & Ünal's  Küche!", "7", "zoe-unal-s-kuche-7"],
    ["家族", "42", "group-42"],
    ["", "42", "group-42"],
  ])("makes %j with %j into %j", (title, suffix, expected) => {
    expect(folderName(title, suffix)).toBe(expected);
  });

  test("is safe whatever the title is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.bigInt(-(10n ** 18n), 10n ** 18n), (title, id) => {
        expect(folderName(title, String(id))).toMatch(/^[a-z0-9][a-z0-9_-]{0,47}$/);
      }),
    );
  });
});
