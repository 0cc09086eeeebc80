import { expect, test } from "vitest";
import { WorkPace } from "./work-pace.ts";

const never = new AbortController().signal;

/** Work that takes what the test says, on a clock of its own. */
function bench(): {
  pace: WorkPace;
  rests: number[];
  piece: (sender: string, ms: number) => Promise<void>;
} {
  let [now, worked] = [0, 0];
  const rests: number[] = [];
  const rest = async (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    now += ms;
    rests.push(ms);
  };
  const pace = new WorkPace({ now: () => now, worked: () => worked, rest });
  const work = (ms: number) => async (): Promise<void> => {
    now += ms;
    worked += ms;
  };
  return { pace, rests, piece: (sender, ms) => pace.run(sender, work(ms), never) };
}

test("a burst is worked on without a rest; who goes on gets a quarter of the time, and nobody else rests", async () => {
  const { piece, rests } = bench();
  // While it works a quarter of the time comes back.
  for (let count = 0; count < 66; count += 1) await piece("flood", 100);
  expect(rests).toEqual([]);
  for (let count = 0; count < 40; count += 1) await piece("flood", 100);
  expect(rests).toHaveLength(40);
  expect(rests.slice(2).every((ms) => ms === 300)).toBe(true);
  await piece("calm", 300);
  expect(rests).toHaveLength(40);
});

test("no rest is longer than a second, however long a piece took, and none is owed after it", async () => {
  const { piece, rests } = bench();
  await piece("a", 1_000_000);
  await piece("a", 1);
  expect(rests).toEqual([1_000, 3]);
});

test("work that fails rests like any other; an end cuts the rest short", async () => {
  const { pace, piece, rests } = bench();
  await piece("a", 10_000);
  const fails = async (): Promise<void> => {
    await piece("a", 10_000);
    throw new Error("no");
  };
  await expect(pace.run("a", fails, never)).rejects.toThrow("no");
  expect(rests).toHaveLength(3);
  const ended = AbortSignal.abort(new Error("ends"));
  await expect(pace.run("a", () => piece("b", 10_000), ended)).rejects.toThrow("ends");
});

test("senders come by turns, and between two pieces there is room for others", async () => {
  const pace = new WorkPace();
  const order: string[] = [];
  const piece = (name: string): Promise<void> => pace.run(name, async () => void order.push(name), never);
  let rounds = 0;
  const look = (): void => {
    rounds += 1;
    if (order.length < 24) setImmediate(look);
  };
  look();
  await Promise.all([...Array.from({ length: 20 }, () => piece("flood")), ...["b", "c", "b", "c"].map(piece)]);
  expect(order.slice(0, 6)).toEqual(["flood", "b", "c", "flood", "b", "c"]);
  expect(rounds).toBeGreaterThan(20);
});
