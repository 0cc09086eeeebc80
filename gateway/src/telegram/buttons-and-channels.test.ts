import { describe, expect, test } from "vitest";
import { readTaskTap } from "./task-buttons.ts";
import { BotTestBench, until } from "./testing/bot-test-bench.ts";

describe("buttons", () => {
  const buttons = [[{ text: "⏸ Pause", data: "task:pause:t1" }]];

  test("stand under the answer, and a tap does what they say and is answered", async () => {
    await using bench = await BotTestBench.start();
    const tapped: string[] = [];
    const ports = {
      ...bench.ports,
      tasks: async () => ({ markdown: "- **News**", buttons }),
      tap: async (conversationId: string, data: string) => {
        tapped.push(`${conversationId} ${data}`);
        return data === "task:pause:t1" ? "Paused." : null;
      },
    };
    await bench.restartBot({ ports });
    const conversationId = await bench.open(7);
    bench.telegram.userSays({ chatId: 7, text: "/tasks" });
    const list = await bench.telegram.waitForMessage((one) => one.text.includes("News"));
    expect(list.replyMarkup).toEqual({ inline_keyboard: [[{ text: "⏸ Pause", callback_data: "task:pause:t1" }]] });
    const { messageId } = list;
    bench.telegram.userTaps({ chatId: 7, messageId, data: "task:pause:t1" });
    bench.telegram.userTaps({ chatId: 7, messageId, data: "of an older version" });
    // In a group everybody sees the buttons; only who may write may tap.
    bench.telegram.userTaps({ chatId: 7, userId: 99, messageId, data: "task:pause:t1" });
    await until(() => bench.telegram.callbackAnswers.length === 3);
    expect(bench.telegram.callbackAnswers.map(({ text = "" }) => text).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "Paused.",
      "This button does nothing any more.",
      "This button does nothing any more.",
    ]);
    expect(tapped).toEqual([`${conversationId} task:pause:t1`, `${conversationId} of an older version`]);
  });

  test("of a task name it", () => {
    expect(readTaskTap("task:run:01J-x")).toEqual({ action: "run", taskId: "01J-x" });
    for (const data of ["", "task:drop:1", "task:run:", "task:run:a b", "task:run:a:b"])
      expect(readTaskTap(data)).toBeNull();
  });
});

describe("a channel", () => {
  const channel = { chatId: -1000000000077, chatType: "channel", chatTitle: "News" } as const;

  test("to which somebody who is allowed has added the bot is answered when it mentions it", async () => {
    await using bench = await BotTestBench.start();
    bench.telegram.setMembership({ ...channel, userId: 7, status: "administrator" });
    bench.telegram.userSays({ ...channel, text: "nothing for a bot" });
    bench.telegram.userSays({ ...channel, text: "@praktor_bot sum this up" });
    await until(() => bench.received.length === 1);
    expect(bench.received[0]).toMatchObject({ groupId: "-1000000000077", message: { content: "sum this up" } });
    await bench.answer(await bench.conversation(channel.chatId), "the sum");
    await bench.telegram.waitForMessage((one) => one.chatId === channel.chatId && one.text === "the sum");
    bench.telegram.setMembership({ ...channel, userId: 7, status: "kicked" });
    bench.telegram.setMembership({ ...channel, userId: 99, status: "administrator" });
    bench.telegram.userSays({ ...channel, text: "@praktor_bot and this" });
    await until(() => bench.telegram.pendingUpdates === 0);
    expect(bench.received).toHaveLength(1);
  });
});
