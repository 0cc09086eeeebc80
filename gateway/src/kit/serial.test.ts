import { expect, test } from "vitest";
import { Serial } from "./serial.ts";

test("works run one after the other, in the order in which they were asked for", async () => {
  const serial = new Serial();
  const seen: string[] = [];
  const work = (name: string, gate: Promise<void>) => async (): Promise<string> => {
    seen.push(`${name} begins`);
    await gate;
    seen.push(`${name} ends`);
    return name;
  };
  const gate = Promise.withResolvers<void>();
  const asked = [serial.run(work("first", gate.promise)), serial.run(work("second", Promise.resolve()))];
  await new Promise(setImmediate);
  expect(seen).toEqual(["first begins"]);
  gate.resolve();
  expect(await Promise.all(asked)).toEqual(["first", "second"]);
  expect(seen).toEqual(["first begins", "first ends", "second begins", "second ends"]);
});

test("one that fails tells whoever asked, and the next runs all the same", async () => {
  const serial = new Serial();
  const failing = serial.run(() => Promise.reject(new Error("disk full")));
  const throwing = serial.run(() => {
    throw new Error("at once");
  });
  const next = serial.run(() => Promise.resolve(7));
  await expect(failing).rejects.toThrow("disk full");
  await expect(throwing).rejects.toThrow("at once");
  expect(await next).toBe(7);
});

test("a failure that nobody waits for does not end the process", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  try {
    const serial = new Serial();
    void serial.run(() => Promise.reject(new Error("disk full")));
    await serial.run(() => Promise.resolve());
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("works of two stores do not wait for each other", async () => {
  void new Serial().run(() => new Promise(() => {}));
  expect(await new Serial().run(() => Promise.resolve("done"))).toBe("done");
});
