import { setTimeout as delay } from "node:timers/promises";
import { Api } from "grammy";
import { expect, test } from "vitest";
import { systemClock } from "../kit/clock.ts";
import { ChatHolds } from "./chat-holds.ts";
import { obeyRetryAfter } from "./obey-retry-after.ts";

/** An Api whose calls reach `answer` instead of Telegram. */
function bench(answer: (method: string) => Promise<object>) {
  const api = new Api("1:token");
  const holds = new ChatHolds(systemClock);
  const calls: string[] = [];
  api.config.use(async (_previous, method, payload) => {
    calls.push(`${method} ${"chat_id" in payload ? payload.chat_id : "-"}`);
    return (await answer(method)) as never;
  });
  api.config.use(obeyRetryAfter(holds, systemClock));
  return { api, calls };
}

const sent = { ok: true, result: { message_id: 1 } };
const refused = { ok: false, error_code: 429, description: "Too Many Requests", parameters: { retry_after: 1 } };

test("a call that begins while another is told to wait does not reach Telegram before it may", async () => {
  let told = false;
  const { api, calls } = bench(async () => {
    await delay(30);
    if (told) return sent;
    told = true;
    return refused;
  });
  const startedAt = Date.now();
  const [first, second] = await Promise.allSettled([api.sendMessage(7, "one"), api.sendMessage(7, "two")]);
  expect([first.status, second.status]).toEqual(["rejected", "rejected"]);
  expect(second).toMatchObject({ reason: { error_code: 429, parameters: { retry_after: 2 } } });
  expect(calls).toEqual(["sendMessage 7"]);
  await delay(startedAt + 1_200 - Date.now());
  await api.sendMessage(7, "two");
  expect(calls).toEqual(["sendMessage 7", "sendMessage 7"]);
});

test("typing is left out while the chat is busy, and other chats go on", async () => {
  const { api, calls } = bench(async () => {
    await delay(30);
    return sent;
  });
  const first = api.sendMessage(7, "one");
  expect(await api.sendChatAction(7, "typing")).toBe(true);
  await Promise.all([first, api.sendMessage(8, "other")]);
  expect(calls).toEqual(["sendMessage 7", "sendMessage 8"]);
});

test("a call that hangs holds up the next for two seconds", async () => {
  const { api, calls } = bench((method) => (method === "sendDice" ? new Promise(() => {}) : Promise.resolve(sent)));
  void api.sendDice(7, "🎲");
  const startedAt = Date.now();
  await api.sendMessage(7, "one");
  expect(Date.now() - startedAt).toBeGreaterThan(1_900);
  expect(calls).toEqual(["sendDice 7", "sendMessage 7"]);
});
