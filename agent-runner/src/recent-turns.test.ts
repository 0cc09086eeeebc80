import { expect, test } from "vitest";
import { RecentTurns } from "./recent-turns.ts";

test("the oldest are forgotten, but none that runs, and a new turn takes the place of the one before", () => {
  const turns = new RecentTurns(3, (conversationId) => conversationId === "long");
  const begins = (conversationId: string, turnId = "t"): void =>
    turns.begins({ turnId, conversationId, patterns: ["Bash"] });
  for (const one of ["long", "a", "b", "c", "d"]) begins(one);
  begins("c", "t2");
  expect(["long", "a", "b", "c", "d"].map((one) => turns.of(one)?.turnId)).toEqual([
    "t",
    undefined,
    undefined,
    "t2",
    "t",
  ]);
});
