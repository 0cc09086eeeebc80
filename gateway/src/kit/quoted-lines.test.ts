import { expect, test } from "vitest";
import { firstLine, quotedLines } from "./quoted-lines.ts";

const text = "one\n\n## two\r\nthree\rfour\u2028five\u2029six\u0085seven\veight\fnine";

test("every line of it is marked, whatever ends it", () => {
  expect(quotedLines(text)).toBe("> one\n>\n> ## two\n> three\n> four\n> five\n> six\n> seven\n> eight\n> nine");
  expect(quotedLines("")).toBe(">");
  expect(quotedLines("> said by another")).toBe("> > said by another");
});

test("the first line ends where any line does", () => {
  for (const end of ["\n", "\r", "\r\n", "\u2028", "\u2029", "\u0085", "\v", "\f"])
    expect(firstLine(`a${end}b`)).toBe("a");
  expect(firstLine("")).toBe("");
});
