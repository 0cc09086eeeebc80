import { expect, test } from "vitest";
import { boundedLogger } from "./bounded-logger.ts";
import { silentLogger, type Logger } from "./logger.ts";

class Kept {
  now = 0;
  readonly lines: { fields: Record<string, unknown>; message: string }[] = [];
  readonly logger: Logger;

  constructor() {
    const write = (fields: object, message: string): void => void this.lines.push({ fields: { ...fields }, message });
    const kept = { ...silentLogger, warn: write, info: write, child: (): Logger => kept };
    this.logger = boundedLogger(kept, { now: () => this.now }, (text) => text.replaceAll("secret-value", "[redacted]"));
  }
}

test("of one kind and group ten lines a minute are written, and then how many were not", () => {
  const kept = new Kept();
  for (let count = 0; count < 1_000; count += 1) kept.logger.warn({ group: "a" }, "nonsense");
  expect(kept.lines).toHaveLength(10);
  kept.logger.child({ room: "x" }).warn({ group: "a" }, "nonsense");
  expect(kept.lines).toHaveLength(10);
  kept.now = 60_000;
  kept.logger.warn({ group: "a" }, "nonsense");
  kept.logger.warn({ group: "a" }, "nonsense");
  expect(kept.lines.slice(10).map(({ fields }) => fields["leftOut"])).toEqual([991, undefined]);
});

test("another group's lines, and other lines, are written all the same", () => {
  const kept = new Kept();
  for (let count = 0; count < 20; count += 1) kept.logger.warn({ group: "a" }, "nonsense");
  kept.logger.warn({ group: "b" }, "nonsense");
  kept.logger.warn({ groupId: "a" }, "something else");
  kept.logger.info({ group: "a" }, "nonsense");
  expect(kept.lines).toHaveLength(13);
});

test("what a stranger wrote is cut", () => {
  const kept = new Kept();
  kept.logger.warn({ group: "a", problem: "x".repeat(100_000), count: 3 }, "nonsense");
  expect(String(kept.lines[0]?.fields["problem"])).toHaveLength(501);
  expect(kept.lines[0]?.fields["count"]).toBe(3);
});

test("a secret at the place of the cut is taken out as a whole", () => {
  const kept = new Kept();
  kept.logger.warn({ group: "a", problem: `${"x".repeat(494)}secret-value${"x".repeat(99)}` }, "nonsense");
  expect(kept.lines[0]?.fields["problem"]).toMatch(/x\[redac…$/);
});

test("many kinds cost a bounded memory: the oldest begins anew", () => {
  const kept = new Kept();
  for (let count = 0; count < 11; count += 1) kept.logger.warn({ group: "first" }, "nonsense");
  for (let group = 0; group < 1_000; group += 1) kept.logger.warn({ group }, "nonsense");
  kept.logger.warn({ group: "first" }, "nonsense");
  expect(kept.lines).toHaveLength(1_011);
});
