import { expect, test } from "vitest";
import { abortable, deadline, sleep } from "./deadline.ts";

const never = new AbortController().signal;

test("a promise that is no longer waited for may fail without ending the process", async () => {
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  process.on("unhandledRejection", note);
  try {
    const late = new Promise<void>((_resolve, reject) => setTimeout(() => reject(new Error("late")), 5));
    await expect(abortable(late, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    await sleep(30, never);
    expect(failures).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("whatever comes first decides: the promise, the caller, or the time", async () => {
  expect(await abortable(Promise.resolve(1), never)).toBe(1);
  const forever = new Promise<void>(() => {});
  await expect(abortable(forever, deadline(never, 5))).rejects.toMatchObject({ name: "TimeoutError" });
  const caller = new AbortController();
  const waiting = sleep(60_000, deadline(caller.signal, 60_000));
  caller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});
