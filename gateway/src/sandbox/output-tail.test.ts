import { expect, test } from "vitest";
import { OutputTail } from "./output-tail.ts";

test("keeps whole lines: one whose beginning is gone may hold the rest of a secret that nobody knows by its end", () => {
  for (const size of [1_000, 1_000_000]) {
    const tail = new OutputTail();
    const text = `${"x".repeat(70_000)}ghp_0123456789abcdef\nwhole line\n`;
    for (let at = 0; at < text.length; at += size) tail.append(Buffer.from(text.slice(at, at + size)));
    expect(tail.lines(50)).toBe("whole line");
  }
  const endless = new OutputTail();
  endless.append(Buffer.from("x".repeat(70_000)));
  expect(endless.lines(50)).toBe("");
});

test("gives what was printed as it is while nothing is gone", () => {
  const tail = new OutputTail();
  tail.append(Buffer.from("one\ntwo"));
  const heard: string[] = [];
  tail.follow(1, (text) => heard.push(text));
  tail.append(Buffer.from(" and\n"));
  expect([tail.lines(50), heard]).toEqual(["one\ntwo and", ["two\n", " and\n"]]);
});
