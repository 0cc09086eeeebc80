import { expect, test } from "vitest";
import { LoopTurns } from "../kit/loop-turns.ts";
import { HeldBytes } from "./held-bytes.ts";
import { readModelRequest, type RequestReading } from "./read-model-request.ts";

const reading = (held = new HeldBytes()): RequestReading => ({ groupId: "a", turns: new LoopTurns(), held });
const asked = (body: string | ReadableStream<Uint8Array>, signal?: AbortSignal): Request =>
  new Request("http://gateway/", { method: "POST", body, duplex: "half", ...(signal ? { signal } : {}) });
const objects = (bytes: number): string => `{"model":"m","x":[${"{},".repeat(Math.ceil(bytes / 3))}{}]}`;

test("a long request of many parts leaves the event loop a round for each of its pages", async () => {
  let rounds = 0;
  let isOver = false;
  const count = (): void => {
    rounds += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const read = await readModelRequest(asked(objects(2 ** 21)), reading());
  isOver = true;
  expect(read).toMatchObject({ bytes: objects(2 ** 21).length, facts: { model: "m" } });
  expect(rounds).toBeGreaterThan(60);
});

test("its bytes are kept as they came, also when they come one at a time", async () => {
  const body = Buffer.from(JSON.stringify({ model: "m", max_tokens: 3, text: "ü".repeat(40_000) }));
  const pieces = new ReadableStream<Uint8Array>({
    start: (stream) => {
      for (let at = 0; at < 500; at += 1) stream.enqueue(body.subarray(at, at + 1));
      stream.enqueue(body.subarray(500));
      stream.close();
    },
  });
  const held = new HeldBytes();
  const read = await readModelRequest(asked(pieces), reading(held));
  if ("problem" in read) throw new Error(read.problem);
  expect(Buffer.concat(read.pages).equals(body)).toBe(true);
  expect(read.facts).toMatchObject({ model: "m", maxOutputTokens: 3 });
  expect(held.all).toBe(read.heldBytes);
  expect(read.heldBytes).toBeGreaterThanOrEqual(body.length);
});

test("what a group, and all of them, hold is bounded, and what is refused holds nothing", async () => {
  const held = new HeldBytes({ groupBytes: 100_000, allBytes: 150_000 });
  const take = (groupId: string, body: string): ReturnType<typeof readModelRequest> =>
    readModelRequest(asked(body), { ...reading(held), groupId });
  const first = await take("a", objects(60_000));
  expect(first).toHaveProperty("facts");
  const before = held.all;
  expect(await take("a", objects(60_000))).toMatchObject({ status: 429 });
  expect(held.all).toBe(before);
  expect(await take("b", objects(60_000))).toHaveProperty("facts");
  expect(await take("c", objects(60_000))).toMatchObject({ status: 429 });
  if ("heldBytes" in first) held.release("a", first.heldBytes);
  expect(await take("c", objects(60_000))).toHaveProperty("facts");
});

test("what is longer than the API takes, or no JSON from its beginning on, is not read to its end", async () => {
  for (const [body, status] of [
    [" ".repeat(16 * 1024), 413],
    ["x".repeat(16 * 1024), 400],
  ] as const) {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (stream) => {
        sent += body.length;
        stream.enqueue(Buffer.from(body));
      },
    });
    const held = new HeldBytes();
    expect(await readModelRequest(asked(endless), reading(held))).toMatchObject({ status });
    expect(sent).toBeLessThan(34 * 2 ** 20);
    expect(held.all).toBe(0);
  }
});

test("a caller that goes away leaves nothing behind", async () => {
  const caller = new AbortController();
  const held = new HeldBytes();
  const begun = new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(Buffer.from('{"model":')) });
  const read = readModelRequest(asked(begun, caller.signal), reading(held));
  setImmediate(() => caller.abort());
  await expect(read).rejects.toThrow(/abort/);
  expect(held.all).toBe(0);
});
