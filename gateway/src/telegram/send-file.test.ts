import { expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
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

test("a file that does not end where it was said to is not sent on without end, and the chat is told why", async () => {
  await using bench = await BotTestBench.start();
  let sent = 0;
  bench.ports.openFile = () => {
    const piece = new Uint8Array(1024 ** 2);
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      sent += piece.length;
      controller.enqueue(piece);
    };
    return Promise.resolve({ sizeBytes: 10, stream: new ReadableStream<Uint8Array>({ pull }) });
  };
  await bench.restartBot();
  const conversationId = await bench.open(7);
  const body = { type: "file", path: "x.bin", name: "x.bin" } as const;
  await bench.store.messages.notice({ conversationId, content: "a file", parts: [{ body }] });
  bench.bot.wakeDelivery();
  const told = await bench.telegram.waitForMessage((one) => one.chatId === 7 && one.from === "bot");
  expect(told.text).toMatch(/^⚠️ The file x\.bin could not be sent: .*was said to have 10 bytes/);
  expect(sent).toBeLessThan(40 * 1024 ** 2);
});

test("a file that fails for good while it is read is not sent, not tried again, and the chat is told why", async () => {
  await using bench = await BotTestBench.start();
  let opened = 0;
  bench.ports.openFile = () => {
    opened += 1;
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from("the beginning "));
      throw new PraktorError("holds_secret", "report.txt is not sent, because the secret KEY stands in it.");
    };
    return Promise.resolve({ sizeBytes: 20, stream: ReadableStream.from(bytes()) });
  };
  await bench.restartBot();
  const conversationId = await bench.open(7);
  const body = { type: "file", path: "report.txt", name: "report.txt" } as const;
  await bench.store.messages.notice({ conversationId, content: "a file", parts: [{ body }] });
  bench.bot.wakeDelivery();
  const told = await bench.telegram.waitForMessage((one) => one.chatId === 7 && one.from === "bot");
  expect(told.text).toMatch(/^⚠️ The file report\.txt could not be sent: .*the secret KEY stands in it/);
  expect(opened).toBe(1);
  expect(bench.telegram.transcript(7).filter(({ file }) => file !== undefined)).toEqual([]);
});
