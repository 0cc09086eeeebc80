import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { parseSwarmCommand } from "./parse-swarm-command.ts";

const team = (text: string): string => {
  const parsed = parseSwarmCommand(text);
  if (parsed.type !== "start") return parsed.type === "unclear" ? parsed.reason : parsed.type;
  const edges = parsed.edges.map(({ from, to, kind }) => `${from}${kind === "mutual" ? "<>" : ">"}${to}`);
  return `${parsed.agents.map(({ role }) => role).join(",")} ${edges.join(" ")} | ${parsed.task}`;
};

describe("/swarm", () => {
  test.each([
    ["a, b: do it", "a,b  | do it"],
    ["a > b: do it", "a,b a>b | do it"],
    ["a <> b, c: do it", "a,b,c a<>b | do it"],
    ["a > c, b > c: x: y", "a,c,b a>c b>c | x: y"],
    ["Fact Finder→Writer:\n\nlong\ntask", "fact-finder,writer fact-finder>writer | long\ntask"],
    ["a <> b > c: t", "a,b,c a<>b b>c | t"],
    ["", "show"],
    ["STOP", "stop"],
    ["a, b", "The task is missing: it stands behind a colon."],
    ["a: ", "The task behind the colon is empty."],
    ["a,,b: t", "Between two commas an agent's name is missing."],
    ["a >: t", "In “a >” an agent's name is missing."],
  ])("%s", (text, expected) => {
    expect(team(text)).toBe(expected);
  });

  test("one name alone may be a template's", () => {
    expect(parseSwarmCommand("Research: bees")).toMatchObject({ only: "research", task: "bees" });
    expect(parseSwarmCommand("a, b: bees")).toMatchObject({ only: null });
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(["start", "stop", "show", "unclear"]).toContain(parseSwarmCommand(text).type);
      }),
    );
  });
});
