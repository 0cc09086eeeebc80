import { GroupCreate } from "@praktor/protocol/rest";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { suggestNames } from "./suggest-names.ts";

test.each([
  ["Family & Friends", "family-friends"],
  ["Café Noir", "cafe-noir"],
  ["  ", ""],
  ["家", ""],
])("%j becomes %j", (name, id) => {
  expect(suggestNames(name, []).id).toBe(id);
});

test("what another group has is not suggested, neither as id nor as folder", () => {
  const taken = [
    { id: "home", folder: "x" },
    { id: "y", folder: "home-2" },
  ];
  expect(suggestNames("Home", taken)).toEqual({ id: "home-3", folder: "home-3" });
});

test("what is suggested is what the API takes", () => {
  const isTaken = (name: string): boolean => {
    const { id, folder } = suggestNames(name, []);
    return id === "" || GroupCreate.safeParse({ id, folder, name: "n" }).success;
  };
  expect(fc.check(fc.property(fc.string({ unit: "grapheme" }), isTaken)).counterexample).toBeNull();
});
