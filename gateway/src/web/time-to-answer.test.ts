import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { timeToAnswer } from "./time-to-answer.ts";

const never = new AbortController().signal;

test("what begins in time may go on for longer", async () => {
  const begun = await timeToAnswer(never, 20, async (signal) => signal);
  await delay(40);
  expect(begun.aborted).toBe(false);
});

test("what does not begin in time is given up, and told so", async () => {
  let given: AbortSignal | undefined;
  const waiting = timeToAnswer(never, 20, (signal) => {
    given = signal;
    return new Promise(() => {});
  });
  await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  expect(given?.aborted).toBe(true);
});

test("what has begun still ends with its caller", async () => {
  const caller = new AbortController();
  const begun = await timeToAnswer(caller.signal, 1_000, async (signal) => signal);
  caller.abort();
  expect(begun.aborted).toBe(true);
});
