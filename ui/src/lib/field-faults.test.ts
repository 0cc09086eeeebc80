import { expect, test } from "vitest";
import { byField, faultAt, standing } from "./field-faults.ts";

test("each field has its first fault as a sentence, or the form's own words", () => {
  const faults = [
    { field: "name", message: "must not be empty" },
    { field: "timezone", message: '"x" is no time zone. Use UTC.' },
    { field: "timezone", message: "is too long" },
    { field: "max_turns", message: "must be at least 1" },
  ];
  expect(byField(faults, { name: "Give it a name." })).toEqual({
    name: "Give it a name.",
    timezone: '"x" is no time zone. Use UTC.',
    max_turns: "Must be at least 1.",
  });
});

test("a field that was changed since is no longer at fault", () => {
  const faults = ["name", "timezone"].map((field) => ({ field, message: "must be mended" }));
  const sent = { name: "", timezone: "x" };
  expect(standing(faults, sent, { ...sent, name: "News" })).toEqual([faults[1]]);
  expect(standing(faults, sent, sent)).toEqual(faults);
});

test("a part of a field is shown at the field, and is mended with it", () => {
  const faults = [{ field: "hosts.1", message: "must be a host name" }];
  const shown = byField(faults);
  expect(faultAt(shown, "hosts")).toBe("Must be a host name.");
  expect(faultAt(shown, "hosts.1")).toBe("Must be a host name.");
  expect(faultAt(shown, "host")).toBeUndefined();
  expect(faultAt(byField([{ field: "hostsman", message: "x" }]), "hosts")).toBeUndefined();
  expect(standing(faults, { hosts: ["a", "b c"] }, { hosts: ["a", "b c"] })).toEqual(faults);
  expect(standing(faults, { hosts: ["a", "b c"] }, { hosts: ["a", "b"] })).toEqual([]);
});
