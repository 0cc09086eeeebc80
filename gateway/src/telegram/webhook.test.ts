import { freePort } from "@praktor/simulators/free-port";
import { expect, test } from "vitest";
import { BotTestBench, until } from "./testing/bot-test-bench.ts";

test("updates that Telegram pushes become messages, once and in order, and others' are refused", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/telegram/hook`;
  const secret = "a-secret-of-this-bot";
  await using bench = await BotTestBench.start({ webhook: { url, secret, host: "127.0.0.1", port } });
  await until(() => bench.bot.health().ok);
  for (const text of ["one", "two", "three"]) bench.telegram.userSays({ chatId: 7, text });
  await until(() => bench.received.length === 3);
  expect(bench.received.map(({ message }) => message.content)).toEqual(["one", "two", "three"]);
  await until(() => bench.telegram.pendingUpdates === 0);
  expect(bench.telegram.calls.some(({ method }) => method === "getUpdates")).toBe(false);

  const from = { id: 7, is_bot: false, first_name: "Anna" };
  const message = { message_id: 1, date: 1, from, chat: { id: 7, type: "private" }, text: "forged" };
  const post = async (body: string, token?: string, path = url): Promise<number> => {
    const headers = token === undefined ? {} : { "x-telegram-bot-api-secret-token": token };
    return (await fetch(path, { method: "POST", body, headers })).status;
  };
  const forged = JSON.stringify({ update_id: 9_999, message });
  expect([await post(forged), await post(forged, "wrong"), await post(forged, secret, `${url}/x`)]).toEqual([
    401, 401, 404,
  ]);
  expect([await post("no json", secret), await post("{}", secret), await post("x".repeat(2_000_000), secret)]).toEqual([
    200, 200, 200,
  ]);
  expect(bench.received).toHaveLength(3);
  expect([await post(forged, secret), await post(forged, secret)]).toEqual([200, 200]);
  await until(() => bench.received.length === 4);
});
