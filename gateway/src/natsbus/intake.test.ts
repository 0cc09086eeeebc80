import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Background } from "../kit/background.ts";
import { Intake, type IntakeBounds } from "./intake.ts";

interface Item {
  from: string;
  index: number;
  bytes: number;
}

/** Work that ends when the test says so. */
class Desk implements AsyncDisposable {
  readonly started: Item[] = [];
  readonly full: string[] = [];
  readonly dropped: string[] = [];
  now = 0;
  readonly failures: unknown[] = [];
  readonly #background = new Background((error) => this.failures.push(error));
  readonly #open: { item: Item; end: PromiseWithResolvers<void> }[] = [];
  readonly intake: Intake<Item>;

  constructor(bounds: IntakeBounds) {
    this.intake = new Intake<Item>({
      bounds,
      background: this.#background,
      sizeOf: ({ bytes }) => bytes,
      work: (item) => {
        const end = Promise.withResolvers<void>();
        this.started.push(item);
        this.#open.push({ item, end });
        return end.promise;
      },
      onDropped: ({ from, index }) => this.dropped.push(`${from}${index}`),
      onFull: (sender, dropped) => this.full.push(`${sender} ${dropped}`),
      clock: { now: () => this.now },
    });
  }

  take(from: string, count: number, bytes = 1): void {
    for (let index = 0; index < count; index++) this.intake.take(from, { from, index, bytes });
  }

  atWork(from: string): number {
    return this.#open.filter(({ item }) => item.from === from).length;
  }

  startedOf(from: string): number[] {
    return this.started.filter((item) => item.from === from).map(({ index }) => index);
  }

  async endOne(error?: Error): Promise<void> {
    const first = this.#open.shift();
    if (error) first?.end.reject(error);
    else first?.end.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }

  async endAll(): Promise<void> {
    while (this.#open.length > 0) await this.endOne();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await this.#background[Symbol.asyncDispose]();
  }
}

const bounds = { atOnce: 2, waiting: 3, waitingBytes: 100 };

test("one who sends too much holds up nobody else, and keeps what fits", async () => {
  await using desk = new Desk(bounds);
  desk.take("flood", 10_000);
  desk.take("calm", 2);
  expect(desk.startedOf("calm")).toEqual([0, 1]);
  expect(desk.atWork("flood")).toBe(2);
  expect(desk.full).toEqual(["flood 1"]);
  await desk.endAll();
  expect(desk.startedOf("flood")).toEqual([0, 1, 2, 3, 4]);
  expect(desk.intake.size).toBe(0);
});

test("what waits is bounded in bytes too", async () => {
  await using desk = new Desk(bounds);
  desk.take("a", 5, 60);
  await desk.endAll();
  expect(desk.startedOf("a")).toEqual([0, 1, 2]);
  desk.take("a", 5, 30);
  await desk.endAll();
  expect(desk.startedOf("a").slice(3)).toEqual([0, 1, 2, 3, 4]);
});

test("what was worked on makes room for more of a sender that is never quiet", async () => {
  await using desk = new Desk(bounds);
  desk.take("a", 2, 60);
  for (let round = 0; round < 10; round++) {
    desk.take("a", 1, 60);
    await desk.endOne();
  }
  expect(desk.startedOf("a")).toHaveLength(12);
  expect(desk.full).toEqual([]);
});

test("each item that is dropped is told, and that some are once a minute", async () => {
  await using desk = new Desk(bounds);
  desk.take("a", 7);
  expect(desk.dropped).toEqual(["a5", "a6"]);
  await desk.endAll();
  desk.take("a", 6);
  desk.take("b", 6);
  expect(desk.full).toEqual(["a 1", "b 1"]);
  desk.now = 60_000;
  desk.take("a", 1);
  expect(desk.full).toEqual(["a 1", "b 1", "a 3"]);
  desk.now = 200_000;
  desk.take("b", 1);
  desk.take("a", 1);
  expect(desk.full.slice(3)).toEqual(["b 1", "a 1"]);
});

test("work that fails is told, and the next is taken", async () => {
  await using desk = new Desk({ ...bounds, atOnce: 1 });
  desk.take("a", 2);
  await desk.endOne(new Error("no"));
  expect(desk.startedOf("a")).toEqual([0, 1]);
  await desk.endAll();
  expect(desk.failures).toHaveLength(1);
});

test("in the order of arrival, never more at once than the bound, nothing lost below the bounds", async () => {
  const plan = fc.array(fc.record({ from: fc.constantFrom("a", "b", "c"), count: fc.nat(300), ends: fc.nat(200) }), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(plan, fc.integer({ min: 1, max: 5 }), async (steps, atOnce) => {
      await using desk = new Desk({ atOnce, waiting: 5_000, waitingBytes: 5_000 });
      const sent = new Map<string, number>();
      for (const { from, count, ends } of steps) {
        const first = sent.get(from) ?? 0;
        for (let index = first; index < first + count; index++) desk.intake.take(from, { from, index, bytes: 1 });
        sent.set(from, first + count);
        expect(desk.atWork(from)).toBeLessThanOrEqual(atOnce);
        for (let ended = 0; ended < ends; ended++) await desk.endOne();
      }
      await desk.endAll();
      for (const [from, count] of sent)
        expect(desk.startedOf(from)).toEqual(Array.from({ length: count }, (_, index) => index));
      expect([desk.intake.size, desk.full]).toEqual([0, []]);
    }),
    { numRuns: 20 },
  );
});

test("what waits of one that has gone is dropped, of the others nothing, and it may come again", async () => {
  await using desk = new Desk({ atOnce: 2, waiting: 3, waitingBytes: 100 });
  desk.take("gone", 10);
  desk.take("here", 4);
  desk.intake.drop((sender) => sender === "gone");
  desk.take("gone", 1);
  await desk.endAll();
  expect([desk.startedOf("gone"), desk.startedOf("here")]).toEqual([
    [0, 1, 0],
    [0, 1, 2, 3],
  ]);
  expect(desk.intake.size).toBe(0);
});
