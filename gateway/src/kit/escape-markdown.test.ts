/** A name in Praktor's Markdown is a name. */
import { assert, property, string } from "fast-check";
import { Lexer } from "marked";
import { expect, test } from "vitest";
import { escapeMarkdown } from "./escape-markdown.ts";

/** What a reader sees, and what kinds of things it is made of. */
function read(markdown: string): { text: string; kinds: string[] } {
  const [block] = new Lexer({ gfm: true }).lex(markdown);
  const inline = block?.type === "paragraph" ? (block.tokens ?? []) : [];
  return {
    text: inline.map((token) => ("text" in token ? String(token.text) : token.raw)).join(""),
    kinds: [...new Set(inline.map(({ type }) => type))],
  };
}

test("it is neither link, picture, code nor emphasis, and no block of its own", () => {
  const names = [
    "[Sign in again](https://evil.example/x)",
    "Praktor](https://evil.example/login) [",
    "![x](https://evil.example/y.png)",
    "<https://evil.example>",
    "https://evil.example/login www.evil.example",
    "**Praktor** `says` ~~no~~ _x_ | a | b |",
    "# Ada\n\n> 1. said\n- - -",
    "&#91;x&#93;(https://evil.example)",
    "a\\](https://evil.example)",
  ];
  for (const name of names) {
    expect(
      read(`👤 **${escapeMarkdown(name)}** wrote`).kinds.filter((kind) => kind === "link" || kind === "image"),
    ).toEqual([]);
    const { text, kinds } = read(`x ${escapeMarkdown(name)}`);
    expect(kinds.filter((kind) => kind !== "text" && kind !== "escape")).toEqual([]);
    expect(text).toBe(`x ${name.replaceAll(/\s+/g, " ")}`);
  }
});

test("it has no end, no line and no direction of its own", () => {
  expect(escapeMarkdown("a\u202Eb\u0007c\u2028d\u200B")).toBe("abc d");
  expect(escapeMarkdown("x".repeat(500))).toHaveLength(100);
  expect(escapeMarkdown("👨‍👩‍👧 Ada")).toBe("👨‍👩‍👧 Ada");
});

test("whatever it is, it is only text", () => {
  assert(
    property(string({ unit: "grapheme", maxLength: 60 }), (name) => {
      const { kinds } = read(`by ${escapeMarkdown(name)}.`);
      expect(kinds.filter((kind) => kind !== "text" && kind !== "escape")).toEqual([]);
    }),
  );
});
