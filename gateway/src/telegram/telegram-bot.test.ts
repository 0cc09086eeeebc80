import { describe, expect, test } from "vitest";
import { safeName } from "./incoming-files.ts";
import { BotTestBench, fastTiming, until } from "./testing/bot-test-bench.ts";

const family = { chatId: -50, userId: 7, firstName: "Anna", chatTitle: "Family" };

describe("a message", () => {
  test("becomes a message with a turn in the chat's own group", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.userSays({ chatId: 7, firstName: "Anna", text: "Hello there" });
    await until(() => bench.received.length === 1);
    const [received] = bench.received;
    expect(received).toMatchObject({ groupId: "7", message: { content: "Hello there", sender: "user:7" } });
    expect(received?.turn.state).toBe("queued");
    expect((await bench.store.groups.get("7"))?.name).toBe("Anna");
    await until(() => bench.telegram.pendingUpdates === 0);
  });

  test("is answered in the chat, formatted", async () => {
    await using bench = await BotTestBench.start();
    const conversationId = await bench.open(7);
    await bench.answer(conversationId, "Some **bold** & `code`");
    const message = await bench.telegram.waitForMessage((one) => one.chatId === 7);
    expect(message.text).toBe("Some bold & code");
    expect(message.entities.map(({ type }) => type)).toEqual(["bold", "code"]);
    await until(() => bench.delivered.length === 1);
    expect(bench.delivered[0]).toMatchObject({ state: "sent", externalId: String(message.messageId) });
  });

  test("in a forum's topic is a conversation of its own in the same group, answered there", async () => {
    await using bench = await BotTestBench.start();
    const forum = { ...family, chatId: -1000000000051, text: "@praktor_bot hi" };
    bench.telegram.userSays(forum);
    bench.telegram.userSays({ ...forum, threadId: 5 });
    await until(() => bench.received.length === 2);
    const [general, topic] = bench.received;
    expect(topic?.groupId).toBe(general?.groupId);
    expect(topic?.conversationId).not.toBe(general?.conversationId);
    await bench.answer(topic?.conversationId ?? "", "in the topic");
    expect(await bench.telegram.waitForMessage((one) => one.text === "in the topic")).toMatchObject({ threadId: 5 });
  });

  test("that was edited while it was answered comes again and says so", async () => {
    await using bench = await BotTestBench.start();
    const { messageId } = bench.telegram.userSays({ chatId: 7, text: "Helo" });
    await until(() => bench.received.length === 1);
    const conversationId = bench.received[0]?.conversationId ?? "";
    await bench.store.turns.claim({ conversationId, epoch: 1, deadlineAt: Date.now() + 60_000 });
    bench.telegram.userEdits({ chatId: 7, messageId, text: "Hello" });
    await until(() => bench.received.length === 2);
    expect(bench.received[1]?.message.content).toBe("Hello");
    expect(bench.received[1]?.message.metadata["context"]).toMatch(/edited/);
  });

  test("that was edited while it waited is replaced, and one that is being answered is told", async () => {
    await using bench = await BotTestBench.start();
    const { messageId: first } = bench.telegram.userSays({ chatId: 7, text: "buy milk" });
    bench.telegram.userSays({ chatId: 7, text: "and bread" });
    await until(() => bench.received.length === 2);
    bench.telegram.userEdits({ chatId: 7, messageId: first, text: "buy oat milk" });
    await until(() => bench.received.length === 3);
    const turnId = bench.received[0]?.turn.id ?? "";
    const spoken = async (): Promise<string[]> =>
      (await bench.store.messages.byTurn(turnId)).map(({ content }) => content);
    expect(await spoken()).toEqual(["buy oat milk", "and bread"]);
    const conversationId = bench.received[0]?.conversationId ?? "";
    await bench.store.turns.claim({ conversationId, epoch: 1, deadlineAt: Date.now() + 60_000 });
    bench.telegram.userEdits({ chatId: 7, messageId: first, text: "buy cheese" });
    await until(() => bench.received.length === 4);
    expect(await spoken()).toEqual(["buy oat milk", "and bread"]);
    expect(bench.received[3]?.turn.id).not.toBe(turnId);
  });

  test("of several photos is one message, and its turn waits a moment for the rest", async () => {
    await using bench = await BotTestBench.start();
    const content = Buffer.from("x");
    for (const caption of ["", "our trip", ""]) {
      bench.telegram.userSends({ chatId: 7, kind: "photo", caption, content, extra: { media_group_id: "g1" } });
    }
    await until(() => bench.received.length === 3);
    const [message, ...others] = await bench.store.messages.byTurn(bench.received[0]?.turn.id ?? "");
    expect(others).toEqual([]);
    expect(message?.content).toContain("our trip");
    expect(message?.metadata["files"]).toHaveLength(3);
    expect(String(message?.metadata["context"]).split("\n")).toHaveLength(3);
    const conversationId = bench.received[0]?.conversationId ?? "";
    expect(await bench.store.turns.claim({ conversationId, epoch: 1, deadlineAt: 0 })).toBeNull();
    const wakeUp = (await bench.store.turns.nextWakeUp()) ?? 0;
    expect(wakeUp - Date.now()).toBeLessThan(3_000);
    bench.telegram.userSays({ chatId: 8, userId: 7, text: "alone" });
    await until(() => bench.received.length === 4);
    expect(bench.received[3]?.turn.notBefore).toBeNull();
  });

  test("in a group waits for a mention, and names its author", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.userSays({ ...family, text: "Dinner?" });
    bench.telegram.userSays({ ...family, text: "@praktor_bot what is for dinner?" });
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(bench.received.map(({ message }) => message.content)).toEqual(["what is for dinner?"]);
    expect(bench.received[0]?.message.metadata["author"]).toBe("Anna");
    expect(bench.telegram.sent()).toEqual([]);
  });

  test("in a group needs no mention where all are answered", async () => {
    await using bench = await BotTestBench.start({ groupReplies: "all" });
    bench.telegram.userSays({ ...family, text: "Dinner?" });
    bench.telegram.userSays({ ...family, text: "/weather@other_bot" });
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(bench.received.map(({ message }) => message.content)).toEqual(["Dinner?"]);
  });
});

describe("people who are not allowed", () => {
  test("are refused once, with the id to add", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.userSays({ chatId: 99, text: "Let me in" });
    bench.telegram.userSays({ chatId: 99, text: "Please" });
    const refusal = await bench.telegram.waitForMessage((one) => one.chatId === 99);
    expect(refusal.text).toContain("99");
    expect(refusal.text).toContain("telegram.allow_from");
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(bench.telegram.sent(99)).toHaveLength(1);
    expect(bench.received).toEqual([]);
    expect(await bench.store.groups.list()).toEqual([]);
  });

  test("are nobody's business in a group until they mention the bot", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.userSays({ ...family, userId: 99, text: "Hello all" });
    bench.telegram.userSays({ ...family, userId: 99, text: "/stop" });
    await bench.telegram.waitForMessage((one) => one.text.includes("99"));
    expect(bench.stopped).toEqual([]);
    expect(bench.received).toEqual([]);
  });

  test("are all people while the list is empty", async () => {
    await using bench = await BotTestBench.start({ allowFrom: new Set() });
    bench.telegram.userSays({ chatId: 7, text: "Hi" });
    await bench.telegram.waitForMessage((one) => one.text.includes("only talk to people"));
    expect(bench.received).toEqual([]);
  });
});

describe("commands", () => {
  test("are in the menu and are answered without the agent", async () => {
    await using bench = await BotTestBench.start();
    await bench.telegram.waitUntil((one) => one.calls.some(({ method }) => method === "setMyCommands"), "the menu");
    const conversationId = await bench.open(7);
    for (const text of ["/stop", "/new", "/status", "/help"]) bench.telegram.userSays({ chatId: 7, text });
    await until(() => bench.telegram.sent(7).length === 4);
    expect(bench.telegram.sent(7).map(({ text }) => text)).toEqual([
      "⏹ Stopped: the long work.",
      expect.stringContaining("new session"),
      "Nothing runs.",
      expect.stringContaining("/status"),
    ]);
    expect(bench.stopped).toEqual([conversationId]);
    expect(bench.renewed).toEqual([conversationId]);
    expect(bench.received).toHaveLength(1);
  });

  test("that Praktor does not have are for the agent", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.userSays({ chatId: 7, text: "/compact" });
    await until(() => bench.received.length === 1);
    expect(bench.received[0]?.message.content).toBe("/compact");
  });

  test("that fail say so", async () => {
    await using bench = await BotTestBench.start();
    const ports = { ...bench.ports, status: () => Promise.reject(new Error("no store")) };
    await bench.restartBot({ ports });
    bench.telegram.userSays({ chatId: 7, text: "/status" });
    expect((await bench.telegram.waitForMessage(() => true)).text).toBe("⚠️ /status failed: no store");
  });
});

test("a group that becomes a supergroup keeps its group, session and pending answers", async () => {
  await using bench = await BotTestBench.start();
  bench.telegram.userSays({ ...family, text: "@praktor_bot hi" });
  await until(() => bench.received.length === 1);
  const before = bench.received[0]?.conversationId ?? "";
  await bench.store.conversations.setSession(before, "session-1");
  bench.telegram.openChat({ id: -100500, type: "supergroup", title: "Family" });
  bench.telegram.setChatState(-50, { type: "migrated", to: -100500 });
  // The answer meets the new id before the update that tells of it.
  await bench.answer(before, "late answer");
  expect(await bench.telegram.waitForMessage((one) => one.chatId === -100500)).toMatchObject({ text: "late answer" });
  bench.telegram.push({
    message: {
      message_id: 9,
      date: 1,
      from: { id: 7, is_bot: false, first_name: "A" },
      chat: { id: -50, type: "group" },
      migrate_to_chat_id: -100500,
    },
  });
  bench.telegram.userSays({ ...family, chatId: -100500, text: "@praktor_bot again" });
  await until(() => bench.received.length === 2);
  expect(bench.received[1]?.groupId).toBe("-50");
  const after = await bench.store.conversations.get(bench.received[1]?.conversationId ?? "");
  expect(after).toMatchObject({ sessionId: "session-1", address: { chatId: "-100500" } });
});

describe("a file", () => {
  test("is noted with its message and fetched for its turn", async () => {
    await using bench = await BotTestBench.start();
    const content = Buffer.from("12345");
    bench.telegram.userSends({
      chatId: 7,
      kind: "document",
      fileName: "../My plan.pdf",
      caption: "Read this",
      content,
    });
    bench.telegram.userSends({ chatId: 7, kind: "photo", content });
    await until(() => bench.received.length === 2);
    const messages = bench.received.map(({ message }) => message);
    expect(messages[0]).toMatchObject({
      content: "Read this",
      metadata: { context: expect.stringMatching(/document.*uploads\/\d+-My plan\.pdf/) },
    });
    const saved = new Map<string, string>();
    const fetched = await bench.bot.fetchFiles(
      messages,
      async (groupId, path, stream) => void saved.set(`${groupId}/${path}`, await new Response(stream).text()),
      AbortSignal.timeout(5_000),
    );
    expect(fetched.note).toBeNull();
    expect(fetched.files.map(({ name }) => name)).toEqual(["My plan.pdf", "photo.jpg"]);
    expect([...saved.values()]).toEqual(["12345", "12345"]);
    expect([...saved.keys()][0]).toMatch(/^7\/uploads\/\d+-My plan\.pdf$/);
  });

  test("that cannot be fetched is told to the agent", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.userSends({ chatId: 7, kind: "document", content: Buffer.from("1") });
    await until(() => bench.received.length === 1);
    bench.telegram.faults.add({ fault: { type: "error", status: 400 }, on: "getFile", times: 1 });
    const messages = bench.received.map(({ message }) => message);
    const { note } = await bench.bot.fetchFiles(messages, async () => {}, AbortSignal.timeout(5_000));
    expect(note).toMatch(/could not be received/);
  });

  test("gets a name that is harmless as a path", () => {
    expect(safeName("../../etc/passwd")).toBe("etc_passwd");
    expect(safeName(".bashrc")).toBe("bashrc");
    expect(safeName("-rf *")).toBe("rf _");
    expect(safeName("\u0000/")).toBe("file");
    expect(safeName(`${"x".repeat(300)}.tar`)).toMatch(/^x{80}\.tar$/);
    expect(safeName("Übersicht 2026.pdf")).toBe("Übersicht 2026.pdf");
  });
});

describe("typing", () => {
  test("is shown while a turn runs, again and again, and not after it", async () => {
    await using bench = await BotTestBench.start();
    await bench.open(7);
    const address = { channel: "telegram", chatId: "7" } as const;
    bench.bot.turnStarted(address, "t1");
    bench.bot.turnStarted(address, "t2");
    await until(() => bench.telegram.chatActions.length >= 3);
    bench.bot.turnEnded("t1");
    const seen = bench.telegram.chatActions.length;
    await until(() => bench.telegram.chatActions.length > seen + 1);
    bench.bot.turnEnded("t2");
    await new Promise((resolve) => setTimeout(resolve, 30));
    const atEnd = bench.telegram.chatActions.length;
    await new Promise((resolve) => setTimeout(resolve, 3 * fastTiming.typingIntervalMs));
    expect(bench.telegram.chatActions).toHaveLength(atEnd);
    expect(bench.telegram.chatActions[0]).toMatchObject({ chatId: 7, action: "typing" });
  });

  test("is no reason to write to a chat that Telegram wants left alone", async () => {
    await using bench = await BotTestBench.start();
    const conversationId = await bench.open(7);
    bench.telegram.faults.add({ fault: { type: "rate_limit", retryAfterSeconds: 1 }, on: "sendChatAction", times: 1 });
    bench.bot.turnStarted({ channel: "telegram", chatId: "7" }, "t1");
    await bench.telegram.waitUntil((one) => one.calls.some(({ method }) => method === "sendChatAction"), "typing");
    // The refusal has to arrive before anybody can obey it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await bench.answer(conversationId, "later");
    await bench.telegram.waitForMessage((one) => one.text === "later");
    expect(bench.telegram.violations).toEqual([]);
  });
});
