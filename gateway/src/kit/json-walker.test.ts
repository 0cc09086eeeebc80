import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonWalker, type JsonRule } from "./json-walker.ts";

type Seen = string[];

/** Notes every name and value, with its depth. */
function everything(seen: Seen): JsonRule {
  const rule: JsonRule = {
    member: (name) => {
      seen.push(`name ${name}`);
      return rule;
    },
    scalar: (value) => seen.push(`value ${typeof value} ${value}`),
    filled: () => seen.push("filled"),
  };
  rule.element = rule;
  return rule;
}

function namesAndValues(value: unknown, seen: Seen): Seen {
  if (Array.isArray(value)) {
    if (value.length > 0) seen.push("filled");
    for (const element of value) namesAndValues(element, seen);
  } else if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.length > 0) seen.push("filled");
    for (const [name, member] of entries) {
      seen.push(`name ${name}`);
      namesAndValues(member, seen);
    }
  } else seen.push(`value ${typeof value} ${value as string}`);
  return seen;
}

function walk(bytes: Uint8Array, cut: number): { ok: boolean; seen: Seen } {
  const seen: Seen = [];
  const walker = new JsonWalker(everything(seen));
  for (let at = 0; at < bytes.length; at += cut) walker.push(bytes.subarray(at, at + cut));
  return { ok: walker.end(), seen };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("json walker", () => {
  test("sees what the parser sees, wherever the bytes are cut and however they are escaped", () => {
    // A number as a name comes first in an object, which is the parser's affair.
    const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !/"\d+":/.test(JSON.stringify(value)));
    const escaped = (text: string): string =>
      text.replaceAll(/[a-z](?=[^"]*":)/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
    fc.assert(
      fc.property(json, fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.nat(2), (value, cut, asEscapes, indent) => {
        const text = JSON.stringify(value, null, indent);
        const written = asEscapes && isJson(escaped(text)) ? escaped(text) : text;
        const expected = namesAndValues(JSON.parse(written), []);
        expect(walk(encode(written), cut)).toEqual({ ok: true, seen: expected });
      }),
      { numRuns: 500 },
    );
  });

  test("refuses whatever the parser refuses, but for how a number is written", () => {
    const json = fc
      .jsonValue({ maxDepth: 3 })
      .map((value) => JSON.stringify(value, (_name, member: unknown) => (typeof member === "number" ? 0 : member)));
    const broken = fc.tuple(json, fc.nat(), fc.constantFrom(...'{}[],:"\\tfn x\u0001'.split("")));
    fc.assert(
      fc.property(broken, ([text, place, letter]) => {
        const at = place % (text.length + 1);
        const changed = text.slice(0, at) + letter + text.slice(at);
        expect(walk(encode(changed), 7).ok).toBe(isJson(changed));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(["", "{} {}", '{"a":1,}', "[1,]", "{a:1}", "NaN", "// x\n1", '"\\x41"', '"\\ud8"', '"a', "tru", "]", "{]"])(
    "refuses %s",
    (text) => expect(walk(encode(text), 1).ok).toBe(false),
  );

  test("refuses bytes that are no text, a mark of their order, and depths that nobody writes", () => {
    for (const bytes of [
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from([0x22, 0xc3]),
      Buffer.from("\ufeff{}"),
      Buffer.from("{}", "utf16le"),
    ])
      expect(walk(bytes, 64).ok).toBe(false);
    expect(walk(encode("[".repeat(500) + "]".repeat(500)), 64).ok).toBe(true);
    expect(walk(encode("[".repeat(600) + "]".repeat(600)), 64).ok).toBe(false);
  });

  test("a name and a value that are too long are told as that", () => {
    const long = "x".repeat(5_000);
    expect(walk(encode(JSON.stringify({ [long]: long })), 1_000)).toEqual({
      ok: true,
      seen: ["filled", "name null", "value undefined undefined"],
    });
  });
});
