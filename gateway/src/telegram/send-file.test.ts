import { expect, test } from "vitest";
import { BotTestBench } from "./testing/bot-test-bench.ts";

test("a text that is no file yet goes as one", async () => {
  await using bench = await BotTestBench.start();
  const conversationId = await bench.open(7);
  const body = {
    type: "file",
    path: "answer.md",
    name: "answer.md",
    content: "# Größe\n",
    caption: "all of it",
  } as const;
  await bench.store.messages.notice({ conversationId, content: "long", parts: [{ body }] });
  bench.bot.wakeDelivery();
  const sent = await bench.telegram.waitForMessage((one) => one.file !== undefined);
  expect(sent).toMatchObject({ text: "all of it", file: { kind: "document", name: "answer.md" } });
  expect(Buffer.from(sent.file?.bytes ?? []).toString()).toBe("# Größe\n");
});
