import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type DiffLine, textDiff } from "./text-diff.ts";

const shown = (before: string, after: string): string[] =>
  (textDiff(before, after) ?? []).flatMap(({ lines }) =>
    lines.map(({ kind, text }) => `${{ same: " ", added: "+", removed: "-" }[kind]}${text}`),
  );

test("a changed line is one that went and one that came, with what stands around it", () => {
  expect(shown("a\nb\nc\n", "a\nB\nc\n")).toEqual([" a", "-b", "+B", " c"]);
});

test("what is far from any change is left out", () => {
  const lines = Array.from({ length: 40 }, (_, line) => `line ${line}`);
  const hunks = textDiff(lines.join("\n"), lines.with(20, "new").join("\n"));
  expect(hunks).toHaveLength(1);
  expect(hunks?.[0]).toMatchObject({ before: 18, after: 18 });
  expect(hunks?.[0]?.lines).toHaveLength(8);
});

test("nothing changed is no hunk, and an end without a line break is no line", () => {
  expect(textDiff("a\nb", "a\nb")).toEqual([]);
  expect(shown("", "a")).toEqual(["+a"]);
});

test("what is shown as before and after is what the texts hold, whatever they are", () => {
  const texts = fc
    .array(fc.constantFrom("a", "b", "c", "", "+", "-", "\\"), { maxLength: 12 })
    .map((l) => l.join("\n"));
  const stands = (text: string, first: number, lines: string[]): boolean =>
    lines.length === 0 ||
    text
      .split("\n")
      .slice(first - 1, first - 1 + lines.length)
      .join("\n") === lines.join("\n");
  const side = (lines: DiffLine[], other: string): string[] =>
    lines.filter(({ kind }) => kind !== other).map(({ text }) => text);
  expect(() =>
    fc.assert(
      fc.property(texts, texts, (before, after) =>
        (textDiff(before, after) ?? []).every(
          (hunk) =>
            stands(before, hunk.before, side(hunk.lines, "added")) &&
            stands(after, hunk.after, side(hunk.lines, "removed")),
        ),
      ),
    ),
  ).not.toThrow();
});
