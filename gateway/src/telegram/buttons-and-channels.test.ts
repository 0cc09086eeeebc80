import { describe, expect, test } from "vitest";
import type { AuditEntry } from "../kit/audit.ts";
import { systemClock } from "../kit/clock.ts";
import { Channels } from "./channels.ts";
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
    await until(() => bench.telegram.callbackAnswers.length === 2);
    expect(bench.telegram.callbackAnswers.map(({ text = "" }) => text).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "Paused.",
      "This button does nothing any more.",
    ]);
    expect(tapped).toEqual([`${conversationId} task:pause:t1`, `${conversationId} of an older version`]);
  });

  test.each([
    { chatId: 7, chatType: "private", chatTitle: "" },
    { chatId: -100, chatType: "group", chatTitle: "Family" },
    { chatId: -1000000000077, chatType: "channel", chatTitle: "News" },
  ] as const)("are seen by everybody (chat: $chatType) and obey only who may write", async (chat) => {
    await using bench = await BotTestBench.start();
    const tapped: string[] = [];
    const tap = async (_: string, data: string, person: { id: string }): Promise<string> => {
      tapped.push(`${person.id} ${data}`);
      return "Done.";
    };
    await bench.restartBot({ ports: { ...bench.ports, tap } });
    bench.telegram.setMembership({ ...chat, userId: 7, status: "administrator" });
    bench.telegram.userSays({ ...chat, userId: 7, text: "@praktor_bot go" });
    await until(() => bench.received.length === 1);
    await bench.answer(await bench.conversation(chat.chatId), "May the agent use Bash?");
    const { messageId } = await bench.telegram.waitForMessage((one) => one.text.includes("Bash"));
    for (const userId of [99, 7]) {
      bench.telegram.userTaps({ ...chat, userId, messageId, data: `ask:${userId}:allow` });
    }
    await until(() => bench.telegram.callbackAnswers.length === 2);
    expect(tapped).toEqual(["7 ask:7:allow"]);
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

  test("is answered as long as the person who has added the bot may talk, also after a restart", async () => {
    const allowed = new Set(["7", "55"]);
    await using bench = await BotTestBench.start({ allowFrom: allowed });
    const says = async (text: string): Promise<boolean> => {
      bench.telegram.userSays({ ...channel, text: `@praktor_bot ${text}` });
      // Taken one after the other: once this one is there, the other was answered or refused.
      bench.telegram.userSays({ chatId: 7, text: `after ${text}` });
      await until(() => bench.received.some(({ message }) => message.content === `after ${text}`));
      return bench.received.some(({ message }) => message.content === text);
    };
    bench.telegram.setMembership({ ...channel, userId: 55, status: "administrator" });
    expect(await says("one")).toBe(true);
    allowed.delete("55");
    expect(await says("two")).toBe(false);
    await bench.restartBot();
    expect(await says("three")).toBe(false);
    expect(bench.toldOwner).toContainEqual(expect.stringMatching(/channel \*\*News.*refused/));
    // Whoever may talk can make the channel theirs.
    bench.telegram.setMembership({ ...channel, userId: 7, status: "administrator" });
    expect(await says("four")).toBe(true);
  });

  test("that was added before it was kept by whom is not answered", async () => {
    await using bench = await BotTestBench.start();
    await bench.store.settings.set("telegram.channels", JSON.stringify([String(channel.chatId)]));
    bench.telegram.userSays({ ...channel, text: "@praktor_bot sum this up" });
    await bench.telegram.waitForMessage((one) => one.chatId === channel.chatId && one.text.includes("add me again"));
    expect(bench.received).toEqual([]);
  });

  test("is kept in the audit log with who added the bot and who removed it", async () => {
    await using bench = await BotTestBench.start();
    const kept: AuditEntry[] = [];
    const channels = await Channels.load(bench.store.settings, systemClock, {
      record: (entry) => void kept.push(entry),
    });
    await bench.restartBot({ channels });
    bench.telegram.setMembership({ ...channel, userId: 7, status: "administrator" });
    bench.telegram.setMembership({ ...channel, userId: 99, status: "kicked" });
    await until(() => kept.length === 2);
    const row = { outcome: "ok", target: String(channel.chatId), detail: "News" };
    expect(kept).toEqual([
      { actor: { type: "person", id: "telegram:7" }, action: "channel.add", ...row },
      { actor: { type: "person", id: "telegram:99" }, action: "channel.remove", ...row },
    ]);
    expect(channels.list()).toEqual([]);
  });
});
