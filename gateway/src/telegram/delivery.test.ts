import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import type { OutboxStore } from "../store/contract/outbox-store.ts";
import { fileTrouble } from "./file-trouble.ts";
import type { TelegramPorts } from "./telegram-ports.ts";
import { BotTestBench, closedPort, fastTiming, until } from "./testing/bot-test-bench.ts";

describe("delivery", () => {
  let bench: BotTestBench;
  let nextChat = 1_000;

  beforeAll(async () => {
    bench = await BotTestBench.start();
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });

  /** A chat of its own for each test, with its conversation. */
  async function chat(): Promise<{ chatId: number; conversationId: string }> {
    nextChat += 1;
    return { chatId: nextChat, conversationId: await bench.open(nextChat) };
  }

  const texts = (chatId: number): string[] => bench.telegram.sent(chatId).map(({ text }) => text);
  const outcomes = (chatId: number): string[] =>
    bench.telegram.calls
      .filter((call) => call.chatId === String(chatId) && call.method !== "sendChatAction")
      .map(({ outcome }) => outcome);

  test("sends the parts of an answer in order", async () => {
    const { chatId, conversationId } = await chat();
    await bench.answer(
      conversationId,
      Array.from({ length: 12 }, (_, index) => `${index} ${"word ".repeat(200)}`).join("\n\n"),
    );
    await bench.answer(conversationId, "the end");
    await until(() => texts(chatId).at(-1) === "the end");
    expect(texts(chatId).length).toBeGreaterThan(3);
    expect(
      texts(chatId)
        .join(" ")
        .match(/\b\d+(?= word)/g),
    ).toEqual(Array.from({ length: 12 }, (_, index) => String(index)));
  });

  test("obeys retry_after, in order, and sends once", async () => {
    const { chatId, conversationId } = await chat();
    bench.telegram.faults.add({
      fault: { type: "rate_limit", retryAfterSeconds: 1 },
      subject: String(chatId),
      times: 1,
    });
    await bench.answer(conversationId, "one");
    await bench.answer(conversationId, "two");
    await until(() => texts(chatId).length === 2);
    expect(texts(chatId)).toEqual(["one", "two"]);
    expect(outcomes(chatId)).toEqual(["rate_limit", "ok", "ok"]);
    expect(bench.telegram.violations).toEqual([]);
  });

  test("repeats after an error answer, without a mark", async () => {
    const { chatId, conversationId } = await chat();
    bench.telegram.faults.add({ fault: { type: "error", status: 502 }, subject: String(chatId), times: 1 });
    await bench.answer(conversationId, "one");
    await until(() => texts(chatId).length === 1);
    expect(texts(chatId)).toEqual(["one"]);
  });

  test("repeats once what may have been sent, and says so", async () => {
    const { chatId, conversationId } = await chat();
    bench.telegram.faults.add({ fault: { type: "accept_then_drop" }, subject: String(chatId), times: 1 });
    await bench.answer(conversationId, "**one**");
    await until(() => texts(chatId).length === 2);
    expect(texts(chatId)).toEqual(["one", "↻ (may be a repeat)\none"]);
    await until(() => bench.delivered.some((part) => part.repeated && part.state === "sent"));
  });

  test("gives up as uncertain what may have been sent twice, and goes on", async () => {
    const { chatId, conversationId } = await chat();
    bench.telegram.faults.add({ fault: { type: "accept_then_drop" }, subject: String(chatId), times: 2 });
    await bench.answer(conversationId, "one");
    await bench.answer(conversationId, "two");
    await until(() => texts(chatId).at(-1) === "two");
    expect(texts(chatId)).toEqual(["one", "↻ (may be a repeat)\none", "two"]);
    await until(() => bench.delivered.some((part) => part.state === "uncertain"));
  });

  test("sends plain text where Telegram refuses the markup", async () => {
    const { chatId, conversationId } = await chat();
    const body = { type: "text" as const, html: "<b>1 < 2", plain: "1 < 2" };
    await bench.store.messages.notice({ conversationId, content: "x", parts: [{ body }] });
    bench.bot.wakeDelivery();
    await until(() => texts(chatId).length === 1);
    expect(texts(chatId)).toEqual(["1 < 2"]);
  });

  test("fails what a chat that blocked the bot cannot get, and tells", async () => {
    const { chatId, conversationId } = await chat();
    bench.telegram.setChatState(chatId, { type: "blocked" });
    await bench.answer(conversationId, "one");
    await until(() => bench.delivered.some((part) => part.conversationId === conversationId));
    const part = bench.delivered.find((one) => one.conversationId === conversationId);
    expect(part).toMatchObject({ state: "failed", error: expect.stringMatching(/403/) });
  });

  test("edits, and takes an edit that changes nothing for done", async () => {
    const { chatId, conversationId } = await chat();
    await bench.answer(conversationId, "status");
    // Until its delivery is stored, an edit would stand above what is still unsent, and goes out as a message.
    await until(() => bench.delivered.some((part) => part.conversationId === conversationId));
    const editOf = String(bench.telegram.sent(chatId)[0]?.messageId);
    const parts = ["result", "result"].map((text) => ({
      body: { type: "text" as const, html: text, plain: text },
      editOf,
    }));
    await bench.store.messages.notice({ conversationId, content: "x", parts });
    bench.bot.wakeDelivery();
    await until(() => bench.delivered.filter((part) => part.conversationId === conversationId).length === 3);
    expect(texts(chatId)).toEqual(["result"]);
    expect(bench.delivered.filter((part) => part.conversationId === conversationId).map(({ state }) => state)).toEqual([
      "sent",
      "sent",
      "sent",
    ]);
  });

  test("sends anew what was to replace a message that is gone", async () => {
    const { chatId, conversationId } = await chat();
    const body = { type: "text" as const, html: "result", plain: "result" };
    await bench.store.messages.notice({ conversationId, content: "x", parts: [{ body, editOf: "9999" }] });
    bench.bot.wakeDelivery();
    await until(() => texts(chatId).length === 1);
    expect(texts(chatId)).toEqual(["result"]);
  });
});

test("what was being sent when the gateway died is sent once more, marked", async () => {
  await using bench = await BotTestBench.start();
  const conversationId = await bench.open(7);
  await bench.bot[Symbol.asyncDispose]();
  await bench.answer(conversationId, "one");
  // A life that took the part and never came to say what became of it.
  expect(await bench.store.outbox.take("telegram:7")).toMatchObject({ state: "sending" });
  await bench.restartBot();
  expect(await bench.telegram.waitForMessage(() => true)).toMatchObject({ text: "↻ (may be a repeat)\none" });
});

test("what could not leave this machine is sent later without a mark", async () => {
  await using bench = await BotTestBench.start();
  const conversationId = await bench.open(7);
  const url = new URL(bench.telegram.url);
  await bench.restartBot({ apiRoot: await closedPort() });
  await bench.answer(conversationId, "one");
  await until(async () => (await bench.store.outbox.nextWakeUp("telegram")) !== null);
  await bench.restartBot({ apiRoot: url.origin });
  expect(await bench.telegram.waitForMessage(() => true)).toMatchObject({ text: "one" });
});

test("a stop lets what is being sent finish", async () => {
  await using bench = await BotTestBench.start();
  const conversationId = await bench.open(7);
  bench.telegram.faults.add({ fault: { type: "delay", delayMs: 200 }, on: "sendMessage", times: 1 });
  await bench.answer(conversationId, "one");
  await until(async () => (await bench.store.outbox.ready("telegram")).length === 0);
  await bench.restartBot();
  await bench.answer(conversationId, "two");
  await bench.telegram.waitForMessage((one) => one.text === "two");
  expect(bench.telegram.sent(7).map(({ text }) => text)).toEqual(["one", "two"]);
});

test("silence is taken for uncertain, and delays no other chat", async () => {
  const delivery = { ...fastTiming.delivery, sendTimeoutMs: 1_500 };
  await using bench = await BotTestBench.start({ timing: { ...fastTiming, delivery } });
  const slow = [101, 102, 103, 104, 105, 106];
  const opened = await Promise.all([...slow, 7].map(async (chatId) => ({ chatId, id: await bench.open(chatId) })));
  for (const chatId of slow) {
    bench.telegram.faults.add({ fault: { type: "stall" }, on: "sendMessage", subject: String(chatId), times: 1 });
  }
  for (const { id } of opened) await bench.answer(id, "one");
  await bench.telegram.waitForMessage((one) => one.chatId === 7);
  expect(bench.telegram.sent().map(({ chatId }) => chatId)).toEqual([7]);
  await until(() => slow.every((chatId) => bench.telegram.sent(chatId).length === 1));
  expect(bench.telegram.sent(101)[0]?.text).toBe("↻ (may be a repeat)\none");
});

test("what only met silence goes out again until it is taken, marked", async () => {
  const delivery = { ...fastTiming.delivery, sendTimeoutMs: 800 };
  await using bench = await BotTestBench.start({ timing: { ...fastTiming, delivery } });
  const conversationId = await bench.open(7);
  bench.telegram.faults.add({ fault: { type: "stall" }, on: "sendMessage", times: 3 });
  await bench.answer(conversationId, "one");
  await until(() => bench.telegram.sent(7).length === 1);
  expect(bench.telegram.sent(7)[0]?.text).toBe("↻ (may be a repeat)\none");
});

test("a part that becomes due while the outbox is looked at is not forgotten", async () => {
  await using bench = await BotTestBench.start();
  const conversationId = await bench.open(7);
  const { outbox, inbox, conversations, settings } = bench.store;
  const slowly: OutboxStore = {
    ready: async (channel) => {
      const chats = await outbox.ready(channel);
      const isWaiting = chats.length === 0 && (await outbox.nextWakeUp(channel)) !== null;
      if (isWaiting) await new Promise((resolve) => setTimeout(resolve, 1_300));
      return chats;
    },
    nextWakeUp: (channel) => outbox.nextWakeUp(channel),
    take: (chatKey) => outbox.take(chatKey),
    sent: (id, externalId) => outbox.sent(id, externalId),
    retry: (id, again) => outbox.retry(id, again),
    uncertain: (id, error, notBefore) => outbox.uncertain(id, error, notBefore),
    failed: (id, error) => outbox.failed(id, error),
    recover: () => outbox.recover(),
    holdChat: (chatKey, notBefore) => outbox.holdChat(chatKey, notBefore),
    isEdited: (chatKey, externalId) => outbox.isEdited(chatKey, externalId),
  };
  await bench.restartBot({ store: { inbox, conversations, settings, outbox: slowly } });
  bench.telegram.faults.add({ fault: { type: "rate_limit", retryAfterSeconds: 1 }, on: "sendMessage", times: 1 });
  await bench.answer(conversationId, "one");
  expect(await bench.telegram.waitForMessage(() => true, { timeoutMs: 5_000 })).toMatchObject({ text: "one" });
});

test("files go as documents, images as photos, and what is not there is told", async () => {
  await using bench = await BotTestBench.start();
  const files = new Map([
    ["a/plan.pdf", "pdf"],
    ["b/cat.png", "png"],
  ]);
  const openFile: TelegramPorts["openFile"] = async (_, path) => {
    const content = files.get(path);
    if (content === undefined) throw new PraktorError("not_found", "There is no such file.");
    return { sizeBytes: content.length, stream: new Blob([content]).stream() };
  };
  const conversationId = await bench.open(7);
  await bench.restartBot({ ports: { ...bench.ports, openFile } });
  const file = (path: string) => ({
    body: { type: "file" as const, path, name: path.slice(2), caption: `see ${path}` },
  });
  const parts = [file("a/plan.pdf"), file("b/cat.png"), file("c/gone.txt")];
  await bench.store.messages.notice({ conversationId, content: "files", parts });
  bench.bot.wakeDelivery();
  await until(() => bench.telegram.sent(7).length === 3);
  const sent = bench.telegram.sent(7);
  expect(sent.map(({ text }) => text)).toEqual([
    "see a/plan.pdf",
    "see b/cat.png",
    "⚠️ The file gone.txt could not be sent: There is no such file.",
  ]);
  expect(sent.map((message) => message.file?.kind)).toEqual(["document", "photo", undefined]);
  expect(Buffer.from(sent[0]?.file?.bytes ?? []).toString()).toBe("pdf");
});

test("a file waits for a workspace that cannot be reached, and what breaks off is sent whole, once", async () => {
  await using bench = await BotTestBench.start();
  const conversationId = await bench.open(7);
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(Buffer.from("half"));
      controller.error(new Error("the sandbox went away"));
    },
  });
  const troubles = [
    () => Promise.reject(new PraktorError("unavailable", "The sandbox is starting.")),
    () => Promise.reject(new Error("CONNECTION_CLOSED")),
    () => Promise.resolve({ sizeBytes: 9, stream: broken }),
  ];
  const openFile: TelegramPorts["openFile"] = async () =>
    await (troubles.shift()?.() ?? { sizeBytes: 5, stream: new Blob(["whole"]).stream() });
  await bench.restartBot({ ports: { ...bench.ports, openFile } });
  const body = { type: "file" as const, path: "a/plan.pdf", name: "plan.pdf" };
  await bench.store.messages.notice({ conversationId, content: "file", parts: [{ body }] });
  bench.bot.wakeDelivery();
  await until(() => bench.delivered.length === 1);
  expect(bench.delivered[0]).toMatchObject({ state: "sent", repeated: false, attempts: 4 });
  expect(bench.telegram.sent(7).map(({ file }) => Buffer.from(file?.bytes ?? []).toString())).toEqual(["whole"]);
});

test("a file that cannot be had for long is given up with a word, so that what follows goes out", () => {
  const trouble = new PraktorError("file_delayed", "The file a.txt could not be read: no sandbox.");
  expect(fileTrouble(trouble, 1, 1_000)).not.toHaveProperty("body");
  expect(fileTrouble(trouble, 14, 1_000)).toMatchObject({
    body: { plain: expect.stringMatching(/ask me for it again/) },
  });
  expect(fileTrouble(new Error("other"), 1, 1_000)).toBeNull();
});
