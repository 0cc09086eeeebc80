import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import { BotTestBench, closedPort, fastTiming, until } from "./testing/bot-test-bench.ts";
import { malformedUpdate } from "./testing/malformed-updates.ts";

const isLong = process.env["PRAKTOR_LONG"] === "1";

function message(updateId: number, text = `m${updateId}`): Record<string, unknown> {
  const from = { id: 7, is_bot: false, first_name: "Anna" };
  const chat = { id: 7, type: "private", first_name: "Anna" };
  return { update_id: updateId, message: { message_id: updateId, date: 1, from, chat, text } };
}

function contents(bench: BotTestBench): string[] {
  return bench.received.map((one) => one.message.content);
}

describe("polling", () => {
  test("receives each update once, in order, when Telegram repeats and shuffles them", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.faults.set([{ fault: { type: "repeat_updates", last: 5 }, on: "getUpdates", probability: 0.7 }], 3);
    for (let id = 1; id <= 40; id += 1) {
      bench.telegram.push(message(2_000 + id));
      if (id % 4 === 0) await until(() => bench.telegram.pendingUpdates === 0);
    }
    await until(() => bench.received.length >= 40);
    expect(contents(bench)).toEqual(Array.from({ length: 40 }, (_, index) => `m${2_001 + index}`));
  });

  test("receives updates whose ids begin anew", async () => {
    await using bench = await BotTestBench.start({
      timing: { ...fastTiming, poll: { ...fastTiming.poll, longPollSeconds: 1 } },
    });
    bench.telegram.push(message(900_000));
    await until(() => bench.received.length === 1);
    // A poll that comes back empty has confirmed everything.
    await until(() => bench.telegram.calls.filter(({ method }) => method === "getUpdates").length >= 3);
    bench.telegram.restartUpdateIds(10);
    bench.telegram.push(message(10));
    bench.telegram.push(message(11));
    await until(() => bench.received.length === 3);
    expect(contents(bench)).toEqual(["m900000", "m10", "m11"]);
    await until(() => bench.telegram.pendingUpdates === 0);
  });

  test("survives errors, silence, cut connections and another program that polls", async () => {
    await using bench = await BotTestBench.start();
    const faults = [
      { type: "error", status: 502 },
      { type: "error", status: 409 },
      { type: "cut" },
      { type: "stall" },
      { type: "rate_limit", retryAfterSeconds: 1 },
    ] as const;
    for (const fault of faults) bench.telegram.faults.add({ fault, on: "getUpdates", times: 1 });
    bench.telegram.push(message(5_000));
    await until(() => bench.received.length === 1, 15_000);
    expect(contents(bench)).toEqual(["m5000"]);
    await until(() => bench.bot.health().detail === "Praktor asks Telegram for new messages.");
  });

  test("removes a webhook that is in its way", async () => {
    await using bench = await BotTestBench.start();
    await bench.bot[Symbol.asyncDispose]();
    await fetch(`${bench.telegram.url}/bot${bench.telegram.token}/setWebhook?url=http://127.0.0.1:9/`);
    await bench.restartBot();
    bench.telegram.push(message(5_001));
    await until(() => bench.received.length === 1);
    expect(contents(bench)).toEqual(["m5001"]);
  });

  test("says so when the token is refused, and goes on when it works again", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.faults.set([{ fault: { type: "error", status: 401 }, on: "getUpdates" }]);
    bench.telegram.push(message(5_002));
    await until(() => !bench.bot.health().ok);
    expect(bench.bot.health().detail).toMatch(/refuses the bot's token/);
    const polls = (): number => bench.telegram.calls.filter(({ method }) => method === "getUpdates").length;
    const before = polls();
    await until(() => polls() >= before + 2);
    bench.telegram.faults.set([]);
    await until(() => bench.received.length === 1);
    expect(bench.bot.health()).toEqual({ ok: true, detail: "Praktor asks Telegram for new messages." });
  });

  test("counts as down after 90 s without a successful poll", async () => {
    let now = 1_000_000;
    await using bench = await BotTestBench.start({ apiRoot: await closedPort(), clock: { now: () => now } });
    expect(bench.bot.health().ok).toBe(true);
    now += 91_000;
    expect(bench.bot.health()).toMatchObject({ ok: false, detail: expect.stringMatching(/91 s/) });
  });
});

describe("an update that cannot be stored", () => {
  test("is not confirmed, nor anything after it, until the store works again", async () => {
    await using bench = await BotTestBench.start();
    await bench.bot[Symbol.asyncDispose]();
    let isFull = true;
    const inbox: typeof bench.store.inbox.receive = async (update) => {
      if (isFull && update.updateId === 101) throw new PraktorError("store_full", "The disk is full.");
      return await bench.store.inbox.receive(update);
    };
    const { outbox, conversations, settings } = bench.store;
    for (const id of [100, 101, 102]) bench.telegram.push(message(id));
    await bench.restartBot({
      store: {
        outbox,
        conversations,
        settings,
        inbox: { isKnown: (...update) => bench.store.inbox.isKnown(...update), receive: inbox },
      },
    });
    await until(() => bench.bot.health().detail.includes("disk is full"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(contents(bench)).toEqual(["m100"]);
    expect(bench.telegram.confirmed().map(({ updateId }) => updateId)).toEqual([100]);
    isFull = false;
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(contents(bench)).toEqual(["m100", "m101", "m102"]);
  });

  test("is not carried out again when Telegram hands it out twice, as after a crash", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.openChat({ id: 7, type: "private" });
    const stop = message(100, "/stop");
    bench.telegram.push(stop);
    await until(() => bench.telegram.pendingUpdates === 0);
    const stops = bench.stopped.length;
    bench.telegram.push(stop);
    bench.telegram.push(message(101));
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(contents(bench)).toEqual(["m101"]);
    expect(bench.stopped).toHaveLength(stops);
  });

  test("does not stop the others for ever when it alone is at fault", async () => {
    await using bench = await BotTestBench.start();
    const { outbox, conversations, settings, inbox } = bench.store;
    const receive: typeof inbox.receive = async (update) => {
      if (update.message?.content === "m101") throw new PraktorError("store_failed", "This row cannot be stored.");
      return await inbox.receive(update);
    };
    await bench.restartBot({
      store: { outbox, conversations, settings, inbox: { isKnown: (...update) => inbox.isKnown(...update), receive } },
    });
    bench.telegram.openChat({ id: 7, type: "private" });
    for (const id of [100, 101, 102]) bench.telegram.push(message(id));
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(contents(bench)).toEqual(["m100", "m102"]);
    expect((await bench.telegram.waitForMessage(() => true)).text).toMatch(/could not store this message/);
  });
});

test(
  "broken updates of every kind neither crash nor stop the good ones between them",
  { timeout: isLong ? 900_000 : 30_000 },
  async () => {
    await using bench = await BotTestBench.start();
    const count = isLong ? 10_500 : 1_000;
    const updates = fc.sample(malformedUpdate, { numRuns: count, seed: 20_261_122 });
    const good: string[] = [];
    updates.forEach((update, index) => {
      bench.telegram.push({ ...update, update_id: 10_000 + 2 * index });
      if (index % 50 !== 0) return;
      bench.telegram.push(message(10_001 + 2 * index, `good ${index}`));
      good.push(`good ${index}`);
    });
    await until(() => bench.telegram.pendingUpdates === 0, isLong ? 800_000 : 25_000);
    expect(contents(bench).filter((text) => text.startsWith("good"))).toEqual(good);
    expect(bench.bot.health()).toEqual({ ok: true, detail: "Praktor asks Telegram for new messages." });
  },
);
