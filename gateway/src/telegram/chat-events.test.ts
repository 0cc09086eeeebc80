import { describe, expect, test } from "vitest";
import { BotTestBench, until } from "./testing/bot-test-bench.ts";

const family = { chatId: -50, userId: 7, firstName: "Anna", chatTitle: "Family" };

describe("the bot's place in a chat", () => {
  test("added to a group by somebody who may talk, it says how it is asked, once", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.setMembership({ ...family, status: "member" });
    bench.telegram.setMembership({ ...family, status: "administrator" });
    expect((await bench.telegram.waitForMessage((one) => one.chatId === -50)).text).toContain(
      "Mention me (@praktor_bot)",
    );
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(bench.telegram.sent(-50)).toHaveLength(1);
  });

  test("added by a stranger, it refuses once and tells the owner", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.setMembership({ ...family, userId: 99, firstName: "Bob", status: "member" });
    expect((await bench.telegram.waitForMessage((one) => one.chatId === -50)).text).toContain("only talk to people");
    await until(() => bench.toldOwner.length === 1);
    expect(bench.toldOwner[0]).toMatch(/Bob \(id 99\) wrote to me in Family and was refused/);
    expect(await bench.store.groups.list()).toEqual([]);
  });

  test("blocked in a private chat, it stops what runs there and tells the owner; unblocked, it answers again", async () => {
    await using bench = await BotTestBench.start();
    const conversationId = await bench.open(7);
    bench.telegram.setMembership({ chatId: 7, firstName: "Anna", status: "kicked" });
    await until(() => bench.toldOwner.length === 1);
    expect(bench.toldOwner[0]).toMatch(/Anna has blocked me/);
    expect(bench.stopped).toEqual([conversationId]);
    bench.telegram.setMembership({ chatId: 7, firstName: "Anna", status: "member" });
    bench.telegram.userSays({ chatId: 7, text: "again" });
    await until(() => bench.received.some(({ message }) => message.content === "again"));
    expect(bench.received.at(-1)?.conversationId).toBe(conversationId);
  });
});

describe("a file", () => {
  const large = { file_id: "f", file_size: 20_000_001 };
  const update = (content: object) => ({
    message: {
      message_id: 900,
      date: 1,
      from: { id: 7, is_bot: false, first_name: "Anna" },
      chat: { id: 7, type: "private", first_name: "Anna" },
      ...content,
    },
  });

  test.each([
    ["document", "document"],
    ["video", "video"],
    ["video_note", "video note"],
    ["audio", "audio file"],
    ["animation", "animation"],
  ])("of more than 20 MB (%s) is answered with one sentence, without the agent", async (field, name) => {
    await using bench = await BotTestBench.start();
    bench.telegram.openChat({ id: 7, type: "private", first_name: "Anna" });
    bench.telegram.push(update({ [field]: large }));
    expect((await bench.telegram.waitForMessage((one) => one.chatId === 7)).text).toBe(
      `This ${name} is too large for me: Telegram hands bots files of up to 20 MB.`,
    );
    expect(bench.received).toEqual([]);
  });

  test("that is too large leaves its words: the agent answers them and knows what is missing", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.push(update({ document: large, caption: "What is this?" }));
    await until(() => bench.received.length === 1);
    expect(bench.received[0]?.message).toMatchObject({
      content: "What is this?",
      metadata: { context: "[With a document, which is too large to be received]" },
    });
  });

  test("a video note without a speech endpoint is kept as a file, and that is said", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.openChat({ id: 7, type: "private", first_name: "Anna" });
    bench.telegram.push(update({ video_note: { file_id: "v" } }));
    await bench.telegram.waitForMessage((one) => one.text.includes("speech.base_url"));
    expect(bench.received[0]?.message.metadata["files"]).toMatchObject([{ name: "video-note.mp4", speech: true }]);
  });
});

test("a channel's edited post replaces the one that waits", async () => {
  const channel = { chatId: -1000000000077, chatType: "channel", chatTitle: "News" } as const;
  await using bench = await BotTestBench.start();
  bench.telegram.setMembership({ ...channel, userId: 7, status: "administrator" });
  const { messageId } = bench.telegram.userSays({ ...channel, text: "@praktor_bot sum this" });
  bench.telegram.userEdits({ chatId: channel.chatId, messageId, text: "@praktor_bot sum that" });
  await until(() => bench.received.length === 2);
  const messages = await bench.store.messages.byTurn(bench.received[0]?.turn.id ?? "");
  expect(messages.map(({ content }) => content)).toEqual(["sum that"]);
});
