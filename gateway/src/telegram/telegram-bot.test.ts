import { describe, expect, test } from "vitest";
import { BotTestBench, until } from "./bot-test-bench.ts";

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

  test("of somebody who is not allowed is refused once, with the id to add", async () => {
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
});
