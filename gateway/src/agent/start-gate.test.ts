import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { StartGate } from "./start-gate.ts";

const never = new AbortController().signal;

test("lets so many in, and the others in their order when one leaves", async () => {
  const gate = new StartGate(2, 60_000);
  const inside: string[] = [];
  const enter = async (name: string): Promise<Disposable> => {
    const place = await gate.enter(never);
    inside.push(name);
    return place;
  };
  const [one, two] = await Promise.all([enter("one"), enter("two")]);
  const three = enter("three");
  const four = enter("four");
  await delay(1);
  expect(inside).toEqual(["one", "two"]);
  two[Symbol.dispose]();
  two[Symbol.dispose]();
  await three;
  await delay(1);
  expect(inside).toEqual(["one", "two", "three"]);
  one[Symbol.dispose]();
  await four;
  expect(inside).toEqual(["one", "two", "three", "four"]);
});

test("whoever gives up while waiting takes no place", async () => {
  const gate = new StartGate(1, 60_000);
  const first = await gate.enter(never);
  const leaving = new AbortController();
  const left = gate.enter(leaving.signal);
  const next = gate.enter(never);
  leaving.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  first[Symbol.dispose]();
  (await next)[Symbol.dispose]();
  (await gate.enter(never))[Symbol.dispose]();
});

test("a start that hangs keeps nobody waiting for ever", async () => {
  const gate = new StartGate(1, 5);
  const hanging = await gate.enter(never);
  using next = await gate.enter(never);
  hanging[Symbol.dispose]();
  expect(next).toBeDefined();
});
