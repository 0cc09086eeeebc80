/** Settings files as nobody would mean them: each is read, or refused with a sentence that says where. */
import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import { parseSettings } from "./load-settings.ts";

const runs = process.env["PRAKTOR_LONG"] === "1" ? 10_000 : 400;
const example = await readFile(new URL("../../../config/praktor.example.yaml", import.meta.url), "utf8");
/** With its commented keys switched on, so that there are values to spoil. */
const full = example.replaceAll(/^(\s*)# ?([a-z_]+:)/gm, "$1$2");

const odd = fc.oneof(
  fc.constantFrom(
    "&a [*a]",
    "*x",
    "!!binary x",
    "? [a]",
    "- -",
    "{",
    "]",
    "'",
    "\t",
    "%TAG",
    "---\n",
    "<<: *x",
    "\u0000",
  ),
  fc.constantFrom("__proto__: {x: 1}\n", "constructor: 1\n", "1e999", ".nan", "0x", "~", "null", "[".repeat(2_000)),
  fc.string({ maxLength: 30 }),
);
const spoiled = fc
  .record({ at: fc.nat(full.length), cut: fc.nat(60), odd, more: odd, moreAt: fc.nat(full.length) })
  .map(({ at, cut, odd: piece, more, moreAt }) => {
    const once = full.slice(0, at) + piece + full.slice(at + cut);
    return once.slice(0, moreAt) + more + once.slice(moreAt);
  });
const texts = fc.oneof({ weight: 4, arbitrary: spoiled }, fc.string({ unit: "binary", maxLength: 300 }), odd);
const environments = fc.dictionary(
  fc.constantFrom("PRAKTOR_WEB_PORT", "PRAKTOR_IDLE_TIMEOUT", "PRAKTOR_TELEGRAM_ALLOW_FROM", "PRAKTOR_NATS_URL"),
  fc.string({ maxLength: 12 }),
  { maxKeys: 2 },
);

test(`${runs} malformed settings files`, { timeout: runs * 60 }, () => {
  const problems = fc
    .sample(fc.tuple(texts, environments), runs)
    .flatMap(([text, environment]) => problemOf(text, environment) ?? []);
  const sentence = /^(praktor\.yaml:\d+|PRAKTOR_[A-Z_]+ \()/;
  expect(problems.filter((problem) => !sentence.test(problem))).toEqual([]);
  expect(problems.length).toBeGreaterThan(0);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

/** What the person reads; null when the file is fine. Anything else that is thrown goes through. */
function problemOf(text: string, environment: Record<string, string>): string | null {
  try {
    parseSettings("praktor.yaml", text, environment);
    return null;
  } catch (error) {
    if (error instanceof PraktorError) return error.message;
    throw new Error(`no sentence for ${JSON.stringify(text)}`, { cause: error });
  }
}
