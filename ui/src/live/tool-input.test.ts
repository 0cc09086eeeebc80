import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readToolInput } from "./tool-input.ts";

const read = (fields: object): unknown => readToolInput(JSON.stringify(fields));

test("a command is the command, with what it is for", () => {
  expect(read({ command: "ls -l", description: "Look", timeout: 5 })).toEqual({
    type: "command",
    command: "ls -l",
    about: "Look",
  });
});

test("an edit is what was and what is, one or several", () => {
  const edits = [{ before: "a", after: "b" }];
  expect(read({ file_path: "f", old_string: "a", new_string: "b" })).toEqual({ type: "edits", file: "f", edits });
  expect(read({ file_path: "f", edits: [{ old_string: "a", new_string: "b" }] })).toMatchObject({ edits });
});

test("a file that is written is its text, a plan its items, anything else its fields by name", () => {
  expect(read({ file_path: "f", content: "x" })).toEqual({ type: "write", file: "f", text: "x" });
  expect(read({ todos: [{ content: "do", status: "pending" }] })).toEqual({
    type: "todos",
    items: [{ text: "do", state: "pending" }],
  });
  expect(read({ file_path: "f", limit: 3 })).toEqual({
    type: "fields",
    fields: [
      { name: "file path", value: "f" },
      { name: "limit", value: "3" },
    ],
  });
});

test("what is no object is shown as it came, and nothing as nothing", () => {
  expect(readToolInput("[1]")).toEqual({ type: "text", text: "[1]" });
  expect(readToolInput("")).toBeNull();
  expect(readToolInput(null)).toBeNull();
});

test("input that was cut within its text keeps what is there of it, wherever the cut is", () => {
  const whole = JSON.stringify({ file_path: "a.md", content: 'one "two"\nthree ü ✓ \u0007 four' });
  const from = whole.indexOf('"content":"') + '"content":"'.length;
  for (let at = from; at < whole.length; at++) {
    for (const mark of ["", "…"]) {
      const input = readToolInput(whole.slice(0, at) + mark);
      expect(input).toMatchObject({ type: "write", file: "a.md" });
    }
  }
});

test("nothing makes it fail", () => {
  const texts = fc.oneof(fc.string(), fc.json());
  expect(fc.check(fc.property(texts, (input) => void readToolInput(input))).counterexample).toBeNull();
});
