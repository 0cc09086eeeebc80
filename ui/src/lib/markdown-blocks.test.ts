import * as fc from "fast-check";
import { expect, test } from "vitest";
import { markdownBlocks } from "./markdown-blocks.ts";

test("a text is cut at its blank lines, a listing and what is indented in a list are not", () => {
  expect(markdownBlocks("one\n\ntwo\nthree\n\n\nfour")).toEqual(["one\n\n", "two\nthree\n\n\n", "four"]);
  expect(markdownBlocks("```js\na\n\nb\n```\n\nend")).toEqual(["```js\na\n\nb\n```\n\n", "end"]);
  expect(markdownBlocks("- a\n\n  more of a\n\nend")).toEqual(["- a\n\n  more of a\n\n", "end"]);
});

test("a fence within a longer one does not end it, and an open one goes to the end", () => {
  expect(markdownBlocks("````\n```\n\nx\n````\n\ny")).toHaveLength(2);
  expect(markdownBlocks("```\na\n\nb\n\nc")).toHaveLength(1);
});

test("nothing is lost, and what was cut off stays as it is while the text grows", () => {
  const texts = fc.array(fc.constantFrom("a", "\n", "\n\n", "```", "~~~", "- ", "  ", "# b"), { maxLength: 30 });
  const holds = (pieces: string[]): boolean => {
    const text = pieces.join("");
    const before = markdownBlocks(pieces.slice(0, -1).join(""));
    const now = markdownBlocks(text);
    return now.join("") === text && before.slice(0, -2).every((block, place) => now[place] === block);
  };
  expect(fc.check(fc.property(texts, holds)).counterexample).toBeNull();
});
