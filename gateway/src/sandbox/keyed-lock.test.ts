/** One key's work is serial, another's is not held up. */
import { expect, test } from "vitest";
import { KeyedLock } from "./keyed-lock.ts";

const signal = new AbortController().signal;

test("runs one key's work in order and another key's at once", async () => {
  const lock = new KeyedLock();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = lock.run("a", signal, async () => {
    await gate.promise;
    order.push("a1");
  });
  const second = lock.run("a", signal, () => Promise.resolve(order.push("a2")));
  await lock.run("b", signal, () => Promise.resolve(order.push("b1")));
  expect(await lock.tryRun("a", signal, () => Promise.resolve(order.push("never")))).toBeUndefined();
  gate.resolve();
  await Promise.all([first, second]);
  expect(order).toEqual(["b1", "a1", "a2"]);
});

test("a waiter that gives up does not let its follower overtake, and a failure blocks nobody", async () => {
  const lock = new KeyedLock();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const controller = new AbortController();
  const failing = lock.run("a", signal, async () => {
    await gate.promise;
    order.push("a1");
    throw new Error("broken");
  });
  const leaving = lock.run("a", controller.signal, () => Promise.resolve(order.push("never")));
  const follower = lock.run("a", signal, () => Promise.resolve(order.push("a3")));
  controller.abort(new Error("no patience"));
  await expect(leaving).rejects.toThrow("no patience");
  gate.resolve();
  await expect(failing).rejects.toThrow("broken");
  await follower;
  expect(order).toEqual(["a1", "a3"]);
  expect(await lock.tryRun("a", signal, () => Promise.resolve("free"))).toBe("free");
});
