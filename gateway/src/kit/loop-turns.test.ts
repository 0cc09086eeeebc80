import { expect, test } from "vitest";
import { LoopTurns } from "./loop-turns.ts";

test("one turn a round, the names by turns however many of one wait", async () => {
  const turns = new LoopTurns();
  const order: string[] = [];
  let round = 0;
  const all = ["a", "a", "a", "b", "a", "b"].map(async (name) => {
    await turns.next(name);
    order.push(`${name} ${round}`);
  });
  for (; round < 8; round += 1) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(all);
  expect(order.map((entry) => entry[0]).join("")).toBe("ababaa");
  expect(new Set(order.map((entry) => entry.split(" ")[1])).size).toBe(6);
});
