/** Test files run beside each other on one engine and one machine: what they name there is each file's own. */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";

const sources = globSync("tests/**/*.ts")
  .filter((path) => basename(path) !== basename(import.meta.filename))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));
const usesOf = (pattern: RegExp): Map<string, Set<string>> => {
  const uses = new Map<string, Set<string>>();
  for (const { path, text } of sources) {
    for (const [, name = ""] of text.matchAll(pattern)) uses.set(name, (uses.get(name) ?? new Set()).add(path));
  }
  return uses;
};
const shared = (pattern: RegExp): [string, string[]][] =>
  [...usesOf(pattern)].filter(([, paths]) => paths.size > 1).map(([name, paths]) => [name, [...paths]]);

test("no two files take the same subnet of the engine", () => {
  const subnets = /\b(44\.203\.\d+)\b/g;
  expect(usesOf(subnets).size).toBeGreaterThan(1);
  expect(shared(subnets)).toEqual([]);
});

test("no two files take the same port of the machine", () => {
  const ports = /_PORT: "([1-9]\d*)"/g;
  expect(usesOf(ports).size).toBeGreaterThan(1);
  expect(shared(ports)).toEqual([]);
});

test("chats on the engine come from the one list", () => {
  expect([...usesOf(/\b(990_\d{3})\b/g)].map(([chat, paths]) => [chat, ...paths])).toEqual([
    ["990_000", "tests/support/engine-chats.ts"],
  ]);
  expect(shared(/engineChat\("([a-z-]+)"/g)).toEqual([]);
});
