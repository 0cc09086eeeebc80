/** The same bot against a Bot API that somebody else wrote (npm telegram-test-api). */
import { freePort } from "@praktor/simulators/free-port";
import { expect, test } from "vitest";
import { TelegramServer } from "telegram-test-api/lib/telegramServer.js";
import { BotTestBench, fastTiming, until } from "./testing/bot-test-bench.ts";

test("works unchanged against an independent Bot API", async () => {
  const server = new TelegramServer({ port: await freePort(), host: "127.0.0.1" });
  await server.start();
  try {
    const token = "4242:another-token";
    const poll = { ...fastTiming.poll, longPollSeconds: 0, graceMs: 5_000 };
    await using bench = await BotTestBench.start({ token, apiRoot: server.config.apiURL, timing: { poll } });
    const client = server.getClient(token, { userId: 7, chatId: 7, firstName: "Anna", type: "private" });
    await client.sendMessage(client.makeMessage("Hello"));
    await until(() => bench.received.length === 1);
    expect(bench.received[0]).toMatchObject({ groupId: "7", message: { content: "Hello" } });

    await bench.answer(bench.received[0]?.conversationId ?? "", "**Hello**, Anna");
    await client.sendMessage(client.makeMessage("Again"));
    await client.sendCommand(client.makeCommand("/status"));
    await until(() => server.storage.botMessages.length === 2);
    const sent = server.storage.botMessages.map(({ message }) => message);
    expect(sent.map(({ text }) => text)).toEqual(["<b>Hello</b>, Anna", "Nothing runs."]);
    expect(sent[0]).toMatchObject({ chat_id: "7", parse_mode: "HTML" });
    expect(bench.received.map(({ message }) => message.content)).toEqual(["Hello", "Again"]);
  } finally {
    await server.stop();
  }
});
