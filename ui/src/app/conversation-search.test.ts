import { expect, test } from "vitest";
import { readSearch } from "./conversation-search.ts";

test("takes what it understands and leaves out the rest", () => {
  expect(readSearch({ conversation: "c1", files: true, path: "notes", more: 1 })).toEqual({
    conversation: "c1",
    files: true,
    path: "notes",
  });
  expect(readSearch({ conversation: null, files: "yes", path: {} })).toEqual({});
});

test("names that look like numbers stay names", () => {
  expect(readSearch({ conversation: 17, files: true, path: 2026 })).toEqual({
    conversation: "17",
    files: true,
    path: "2026",
  });
});

test("a message is named by its number", () => {
  expect(readSearch({ message: 17 })).toEqual({ message: 17 });
  expect(readSearch({ message: "17" })).toEqual({});
});

test("a directory without the files panel means nothing", () => {
  expect(readSearch({ path: "notes" })).toEqual({});
});
