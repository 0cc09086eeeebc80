import { describe, expect, test } from "vitest";
import { BotTestBench, fastTiming, until } from "./testing/bot-test-bench.ts";
import { statusIntervalMs, statusText } from "./status-text.ts";

const address = { channel: "telegram", chatId: "7" } as const;
const status = { firstAfterMs: 50, intervalMs: () => 50, reportEveryMs: 60_000, shortTurnMs: 60_000 };

describe("a status message", () => {
  test("says what a long turn does, by edits, and goes when the turn ends", async () => {
    let tool = "Bash";
    await using bench = await BotTestBench.start({ timing: { ...fastTiming, status } });
    await bench.restartBot({ ports: { ...bench.ports, activity: () => ({ tool }) } });
    await bench.open(7);
    bench.bot.turnStarted(address, "t1");
    const shown = await bench.telegram.waitForMessage((one) => one.text.startsWith("⏳ Bash"));
    tool = "Read";
    await bench.telegram.waitForMessage((one) => one.messageId === shown.messageId && one.text.startsWith("⏳ Read"));
    bench.bot.turnEnded("t1");
    await until(() => bench.telegram.sent(7)[0]?.deletedAt !== undefined);
    expect(bench.telegram.sent(7)).toHaveLength(1);
  });

  test("does not come for a turn that ends soon", async () => {
    await using bench = await BotTestBench.start({ timing: { ...fastTiming, status } });
    await bench.open(7);
    bench.bot.turnStarted(address, "t1");
    bench.bot.turnEnded("t1");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(bench.telegram.sent(7)).toEqual([]);
  });

  test("comes again with a sound when the turn is very long", async () => {
    await using bench = await BotTestBench.start({
      timing: { ...fastTiming, status: { ...status, reportEveryMs: 300 } },
    });
    await bench.open(7);
    bench.bot.turnStarted(address, "t1");
    await until(() => bench.telegram.sent(7).length >= 2);
    const sends = bench.telegram.calls.filter(({ method }) => method === "sendMessage");
    expect(sends.slice(0, 2).map(({ values }) => String(values["disable_notification"]))).toEqual(["true", "false"]);
    expect(bench.telegram.sent(7)[0]?.deletedAt).toBeDefined();
    bench.bot.turnEnded("t1");
  });

  test("that a killed life left is taken away by the next", async () => {
    await using bench = await BotTestBench.start({ timing: { ...fastTiming, status } });
    const conversationId = await bench.open(7);
    await bench.answer(conversationId, "⏳ Working");
    const left = await bench.telegram.waitForMessage((one) => one.chatId === 7);
    await bench.store.settings.set(
      "telegram.shown_statuses",
      JSON.stringify([{ chatId: "7", messageId: left.messageId }]),
    );
    await bench.restartBot();
    await until(() => bench.telegram.sent(7)[0]?.deletedAt !== undefined);
    expect(bench.telegram.transcript(7).filter(({ from }) => from === "bot")).toEqual([]);
  });
});

describe("a short answer", () => {
  /** A turn whose status stands in the chat. */
  async function statusShown(
    change: Partial<typeof status> = {},
  ): Promise<{ bench: BotTestBench; conversationId: string; messageId: number }> {
    const bench = await BotTestBench.start({ timing: { ...fastTiming, status: { ...status, ...change } } });
    const conversationId = await bench.open(7);
    bench.bot.turnStarted(address, "t1");
    const { messageId } = await bench.telegram.waitForMessage((one) => one.text.startsWith("⏳"));
    return { bench, conversationId, messageId };
  }

  const seen = (bench: BotTestBench): string[] =>
    bench.telegram
      .transcript(7)
      .filter(({ from }) => from === "bot")
      .map(({ text }) => text);

  async function say(bench: BotTestBench, conversationId: string, text: string, editOf?: string): Promise<void> {
    const body = { type: "text", html: `<b>${text}</b>`, plain: text } as const;
    const parts = [editOf === undefined ? { body } : { body, editOf }];
    await bench.store.messages.notice({ conversationId, content: text, parts });
    bench.bot.wakeDelivery();
  }

  test("takes the place of its status and stays, also when the next life looks for what was left", async () => {
    const { bench, conversationId, messageId } = await statusShown();
    await using _ = bench;
    const place = await bench.bot.answerPlace("t1", Date.now());
    expect(place).toBe(String(messageId));
    await say(bench, conversationId, "42", place ?? "");
    bench.bot.turnEnded("t1");
    await until(() => bench.delivered.length === 1);
    expect(bench.delivered[0]).toMatchObject({ state: "sent", externalId: place, editOf: place });
    // Killed before it was forgotten that a status stood there.
    await bench.store.settings.set("telegram.shown_statuses", JSON.stringify([{ chatId: "7", messageId }]));
    await bench.restartBot();
    await until(async () => (await bench.store.settings.get("telegram.shown_statuses")) === "[]");
    expect(seen(bench)).toEqual(["42"]);
  });

  test("is a new message when the turn was long, when something was said since, and when nothing came of the turn", async () => {
    const { bench, conversationId } = await statusShown();
    await using _ = bench;
    expect(await bench.bot.answerPlace("t1", Date.now() - 61_000)).toBeNull();
    await say(bench, conversationId, "on the way");
    await until(() => bench.delivered.length === 1);
    expect(await bench.bot.answerPlace("t1", Date.now())).toBeNull();
    bench.bot.turnEnded("t1");
    await until(() => seen(bench).length === 1);
    expect(seen(bench)).toEqual(["on the way"]);
    expect(await bench.bot.answerPlace("t1", Date.now())).toBeNull();
  });

  test("that was claimed and never stored leaves no status behind", async () => {
    const { bench } = await statusShown();
    await using _ = bench;
    expect(await bench.bot.answerPlace("t1", Date.now())).not.toBeNull();
    bench.bot.turnEnded("t1");
    await until(() => seen(bench).length === 0);
    expect(bench.delivered).toEqual([]);
  });

  test("is a new message when an edit may still be on its way", async () => {
    const { bench } = await statusShown();
    await using _ = bench;
    bench.telegram.faults.add({ fault: { type: "cut" }, on: "editMessageText", times: 1 });
    await until(() => bench.telegram.calls.some(({ outcome }) => outcome === "cut"));
    expect(await bench.bot.answerPlace("t1", Date.now())).toBeNull();
  });

  test("whose place is gone goes as a new message, once", async () => {
    await using bench = await BotTestBench.start();
    const conversationId = await bench.open(7);
    await say(bench, conversationId, "42", "9999");
    await until(() => bench.delivered.length === 1);
    expect(bench.delivered[0]).toMatchObject({ state: "sent", editOf: null, repeated: false });
    expect(seen(bench)).toEqual(["42"]);
  });
});

test("a status names tool and elapsed time", () => {
  expect(statusText({ tool: null }, 4_200)).toBe("⏳ Working · 4 s");
  expect(statusText({ tool: "Bash" }, 65_000)).toBe("⏳ Bash · 1 min 05 s");
});

test("a status is edited at most every 2 s, and less often in groups and over time", () => {
  expect(statusIntervalMs(0, false)).toBe(2_000);
  expect(statusIntervalMs(0, true)).toBeGreaterThanOrEqual(6_000);
  expect(statusIntervalMs(600_000, false)).toBeGreaterThan(statusIntervalMs(0, false));
});
