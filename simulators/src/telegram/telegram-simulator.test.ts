import { Api, GrammyError, HttpError, InputFile } from "grammy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TelegramSimulator } from "./telegram-simulator.ts";

const chatId = 77;

let simulator: TelegramSimulator;
let api: Api;

beforeEach(async () => {
  simulator = new TelegramSimulator();
  await simulator.start(AbortSignal.timeout(5000));
  api = new Api(simulator.token, { apiRoot: simulator.url });
});

afterEach(async () => {
  await simulator[Symbol.asyncDispose]();
});

async function refusal(call: Promise<unknown>): Promise<GrammyError> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof GrammyError)) throw new Error(`Expected a refusal of the Bot API, got ${String(error)}`);
  return error;
}

describe("getUpdates", () => {
  it("hands out what is unconfirmed again, and an offset confirms everything below it", async () => {
    const ids = ["a", "b", "c"].map((text) => simulator.userSays({ chatId, text }).updateId ?? -1);
    expect((await api.getUpdates()).map((update) => update.update_id)).toEqual(ids);
    expect((await api.getUpdates()).map((update) => update.update_id)).toEqual(ids);
    const rest = await api.getUpdates({ offset: (ids[1] ?? 0) + 1 });
    expect(rest.map((update) => update.message?.text)).toEqual(["c"]);
    expect(await api.getUpdates({ offset: (ids[2] ?? 0) + 1 })).toEqual([]);
    expect(simulator.handedOut().map(({ at }) => at.length)).toEqual([2, 2, 3]);
    expect(simulator.confirmed().map(({ updateId }) => updateId)).toEqual(ids);
  });

  it("waits for the first update up to the timeout", async () => {
    const poll = api.getUpdates({ timeout: 20 });
    setTimeout(() => simulator.userSays({ chatId, text: "late" }), 30);
    expect((await poll).map((update) => update.message?.text)).toEqual(["late"]);
    const begun = Date.now();
    expect(await api.getUpdates({ offset: 1001, timeout: 1 })).toEqual([]);
    expect(Date.now() - begun).toBeGreaterThan(900);
  });

  it("terminates the first of two concurrent polls with 409", async () => {
    const first = refusal(api.getUpdates({ timeout: 20 }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = api.getUpdates({ timeout: 20 });
    expect((await first).error_code).toBe(409);
    simulator.userSays({ chatId, text: "for the second" });
    expect(await second).toHaveLength(1);
  });

  it("hands out at most 100 and honours limit and negative offset", async () => {
    for (let n = 1; n <= 120; n += 1) simulator.userSays({ chatId, text: String(n) });
    expect(await api.getUpdates()).toHaveLength(100);
    expect(await api.getUpdates({ limit: 7 })).toHaveLength(7);
    expect((await api.getUpdates({ offset: -2 })).map((update) => update.message?.text)).toEqual(["119", "120"]);
    expect(simulator.pendingUpdates).toBe(2);
  });

  it("leaves out kinds that were not asked for, except what is pushed raw", async () => {
    await api.getUpdates({ allowed_updates: ["callback_query"] });
    expect(simulator.userSays({ chatId, text: "unheard" }).updateId).toBeUndefined();
    simulator.push({ strange: true });
    expect(await api.getUpdates()).toEqual([{ update_id: 1000, strange: true }]);
  });

  it("leaves out the author of a channel post and the text of what has none", async () => {
    simulator.userSays({ chatId: -1009, chatType: "channel", text: "news" });
    simulator.userSays({ chatId, text: "", extra: { sticker: { emoji: "👍" } } });
    const [post, sticker] = await api.getUpdates();
    expect(post?.channel_post).toMatchObject({ text: "news", sender_chat: { id: -1009 } });
    expect(post?.channel_post).not.toHaveProperty("from");
    expect(sticker?.message).toMatchObject({ sticker: { emoji: "👍" } });
    expect(sticker?.message).not.toHaveProperty("text");
  });

  it("hands out everything when the offset belongs to another sequence of ids", async () => {
    simulator.userSays({ chatId, text: "before" });
    await api.getUpdates({ offset: 1001 });
    simulator.restartUpdateIds(5);
    simulator.userSays({ chatId, text: "after" });
    expect((await api.getUpdates({ offset: 1001 })).map((update) => update.update_id)).toEqual([5]);
  });
});

describe("sending", () => {
  beforeEach(() => {
    simulator.userSays({ chatId, text: "hello" });
  });

  it("gives ids for each chat and keeps what a person would see", async () => {
    const sent = await api.sendMessage(chatId, "<b>Hi</b> &lt;there&gt;", {
      parse_mode: "HTML",
      reply_parameters: { message_id: 1 },
    });
    expect(sent).toMatchObject({ message_id: 2, text: "Hi <there>", reply_to_message: { text: "hello" } });
    expect(sent.entities).toEqual([{ type: "bold", offset: 0, length: 2 }]);
    await api.editMessageText(chatId, 2, "changed");
    expect(simulator.transcript(chatId).map(({ from, text }) => [from, text])).toEqual([
      ["user", "hello"],
      ["bot", "changed"],
    ]);
    expect(simulator.edits(chatId)[0]?.edits.map(({ text }) => text)).toEqual(["changed"]);
    await api.deleteMessage(chatId, 2);
    expect(simulator.transcript(chatId)).toHaveLength(1);
    expect(simulator.sent(chatId)).toHaveLength(1);
  });

  it("refuses in Telegram's words", async () => {
    const words = async (call: Promise<unknown>) => (await refusal(call)).description;
    expect(await words(api.sendMessage(5, "x"))).toBe("Bad Request: chat not found");
    expect(await words(api.sendMessage(chatId, " \n"))).toBe("Bad Request: message text is empty");
    expect(await words(api.sendMessage(chatId, "x".repeat(4097)))).toBe("Bad Request: message is too long");
    expect(await words(api.sendMessage(chatId, "<b>x", { parse_mode: "HTML" }))).toBe(
      `Bad Request: can't parse entities: Can't find end tag corresponding to start tag "b"`,
    );
    expect(await words(api.sendMessage(chatId, "x", { reply_parameters: { message_id: 9 } }))).toBe(
      "Bad Request: message to be replied not found",
    );
    expect(await words(api.editMessageText(chatId, 9, "x"))).toBe("Bad Request: message to edit not found");
    await api.sendMessage(chatId, "same");
    expect(await words(api.editMessageText(chatId, 2, "same"))).toContain("message is not modified");
    simulator.setChatState(chatId, { type: "blocked" });
    expect((await refusal(api.sendMessage(chatId, "x"))).error_code).toBe(403);
    simulator.setChatState(chatId, { type: "migrated", to: -1005 });
    expect((await refusal(api.sendMessage(chatId, "x"))).parameters).toEqual({ migrate_to_chat_id: -1005 });
    const stranger = new Api("1:wrong", { apiRoot: simulator.url });
    expect((await refusal(stranger.getMe())).error_code).toBe(401);
    expect((await fetch(`${simulator.url}/bot${simulator.token}/flyToTheMoon`)).status).toBe(404);
  });

  it("measures the text after parsing", async () => {
    await api.sendMessage(chatId, `<b>${"&amp;".repeat(4096)}</b>`, { parse_mode: "HTML" });
    expect(simulator.sent(chatId)[0]?.text).toHaveLength(4096);
  });

  it("takes files by multipart and gives them back", async () => {
    const bytes = new TextEncoder().encode("a,b\n1,2\n");
    const sent = await api.sendDocument(chatId, new InputFile(bytes, "table.csv"), { caption: "the table" });
    expect(sent.document.file_name).toBe("table.csv");
    const file = await api.getFile(sent.document.file_id);
    const body = await fetch(`${simulator.url}/file/bot${simulator.token}/${file.file_path}`);
    expect(new Uint8Array(await body.arrayBuffer())).toEqual(bytes);
    expect(simulator.sent(chatId)[0]).toMatchObject({ text: "the table", file: { kind: "document" } });
  });

  it("takes urlencoded bodies with nested JSON", async () => {
    const response = await fetch(`${simulator.url}/bot${simulator.token}/sendMessage`, {
      method: "POST",
      body: new URLSearchParams({ chat_id: "77", text: "form", reply_parameters: '{"message_id":1}' }),
    });
    expect(await response.json()).toMatchObject({ ok: true, result: { reply_to_message: { message_id: 1 } } });
  });

  it("keeps commands, chat actions and button taps", async () => {
    await api.setMyCommands([{ command: "status", description: "How it goes" }]);
    expect(await api.getMyCommands()).toEqual([{ command: "status", description: "How it goes" }]);
    await api.sendChatAction(chatId, "typing");
    expect(simulator.chatActions).toMatchObject([{ chatId, action: "typing" }]);
    await api.sendMessage(chatId, "run?", {
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "yes" }]] },
    });
    const { updateId } = simulator.userTaps({ chatId, messageId: 2, data: "yes" });
    const [update] = await api.getUpdates({ offset: updateId ?? 0 });
    await api.answerCallbackQuery(update?.callback_query?.id ?? "", { text: "done" });
    expect(simulator.callbackAnswers).toMatchObject([{ text: "done" }]);
  });
});

describe("chats that change", () => {
  it("tells the bot that it was added or blocked, and refuses it while it is out", async () => {
    simulator.setMembership({ chatId: -5, status: "member" });
    simulator.setMembership({ chatId, status: "kicked" });
    const statuses = (await api.getUpdates()).map(({ my_chat_member: change }) => change?.new_chat_member.status);
    expect(statuses).toEqual(["member", "kicked"]);
    await api.sendMessage(-5, "hello all");
    expect((await refusal(api.sendMessage(chatId, "x"))).description).toContain("blocked by the user");
  });

  it("moves a group to a supergroup and names the new id to whoever writes to the old", async () => {
    simulator.userSays({ chatId: -5, text: "before" });
    simulator.migrate(-5, -1005);
    const updates = await api.getUpdates();
    expect(updates.slice(1).map(({ message }) => [message?.migrate_to_chat_id, message?.migrate_from_chat_id])).toEqual(
      [
        [-1005, undefined],
        [undefined, -5],
      ],
    );
    expect((await refusal(api.sendMessage(-5, "x"))).parameters).toEqual({ migrate_to_chat_id: -1005 });
    await api.sendMessage(-1005, "after");
  });
});

describe("faults", () => {
  beforeEach(() => {
    simulator.openChat({ id: chatId, type: "private", first_name: "User" });
  });

  it("answers 429, keeps doing so, and writes down who did not wait", async () => {
    simulator.faults.add({ on: "sendMessage", fault: { type: "rate_limit", retryAfterSeconds: 1 }, times: 1 });
    expect((await refusal(api.sendMessage(chatId, "x"))).parameters).toEqual({ retry_after: 1 });
    expect((await refusal(api.sendMessage(chatId, "x"))).error_code).toBe(429);
    expect(simulator.violations).toMatchObject([{ chatId: "77", method: "sendMessage" }]);
    await new Promise((resolve) => setTimeout(resolve, 1010));
    await api.sendMessage(chatId, "x");
    expect(simulator.violations).toHaveLength(1);
    expect(simulator.sent(chatId)).toHaveLength(1);
  });

  it("drops the connection before handling, or after", async () => {
    simulator.faults.set([{ on: "sendMessage", fault: { type: "cut" }, times: 1 }]);
    await expect(api.sendMessage(chatId, "never")).rejects.toBeInstanceOf(HttpError);
    expect(simulator.sent(chatId)).toEqual([]);
    simulator.faults.set([{ on: "sendMessage", fault: { type: "accept_then_drop" }, times: 1 }]);
    await expect(api.sendMessage(chatId, "accepted")).rejects.toBeInstanceOf(HttpError);
    expect(simulator.sent(chatId)).toMatchObject([{ text: "accepted", acknowledged: false }]);
    await api.sendMessage(chatId, "fine");
    expect(simulator.sent(chatId).map(({ acknowledged }) => acknowledged)).toEqual([false, true]);
  });

  it("stalls until the client gives up", async () => {
    simulator.faults.add({ fault: { type: "stall" }, times: 1 });
    const impatient = new Api(simulator.token, { apiRoot: simulator.url, timeoutSeconds: 1 });
    await expect(impatient.sendMessage(chatId, "x")).rejects.toBeInstanceOf(HttpError);
    await simulator.waitUntil(({ calls }) => calls.at(-1)?.outcome === "stall", "the end of the stalled call");
    await api.sendMessage(chatId, "y");
  });

  it("repeats a run of draws from its seed", async () => {
    const outcomes = async (): Promise<string[]> => {
      simulator.faults.set(
        [
          { fault: { type: "error", status: 502 }, probability: 0.3 },
          { fault: { type: "error", status: 500 }, probability: 0.3 },
        ],
        7,
      );
      const before = simulator.calls.length;
      for (let n = 0; n < 40; n += 1) await api.getMe().catch(() => undefined);
      return simulator.calls.slice(before).map(({ outcome }) => outcome);
    };
    const first = await outcomes();
    expect(await outcomes()).toEqual(first);
    expect(new Set(first)).toEqual(new Set(["ok", "error 502", "error 500"]));
  });

  it("hands out confirmed updates again when told to", async () => {
    const { updateId } = simulator.userSays({ chatId, text: "once" });
    await api.getUpdates();
    simulator.faults.add({ on: "getUpdates", fault: { type: "repeat_updates", last: 1 }, times: 1 });
    expect((await api.getUpdates({ offset: (updateId ?? 0) + 1 })).map((update) => update.update_id)).toEqual([
      updateId,
    ]);
  });
});

describe("limits", () => {
  it("answers 429 to more than a chat may get, and lets other chats alone", async () => {
    const limits = { perChat: { burst: 3, perSecond: 1 }, overall: { burst: 30, perSecond: 30 } };
    await using strict = new TelegramSimulator({ limits });
    await strict.start(AbortSignal.timeout(5000));
    const bot = new Api(strict.token, { apiRoot: strict.url });
    for (const id of [1, 2]) strict.openChat({ id, type: "private" });
    for (let n = 0; n < 3; n += 1) await bot.sendMessage(1, "x");
    expect((await refusal(bot.sendMessage(1, "x"))).parameters).toEqual({ retry_after: 1 });
    await bot.sendMessage(2, "x");
    await bot.sendChatAction(2, "typing");
  });
});

describe("driving from another process", () => {
  it("speaks, waits, reads and sets faults over HTTP", async () => {
    const control = async (path: string, method: string, body?: unknown): Promise<unknown> => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      return await (await fetch(`${simulator.url}/control/${path}`, init)).json();
    };
    expect(await control("say", "POST", { chatId, text: "hello" })).toEqual({ messageId: 1, updateId: 1000 });
    const waited = control("wait?chatId=77&contains=you", "GET");
    await api.sendMessage(chatId, "and to you");
    expect(await waited).toMatchObject({ text: "and to you", messageId: 2 });
    expect(await control("transcript/77", "GET")).toHaveLength(2);
    expect(await control("faults", "PUT", { rules: [{ on: "getMe", fault: { type: "error", status: 401 } }] })).toEqual(
      {
        ok: true,
      },
    );
    expect((await refusal(api.getMe())).error_code).toBe(401);
    await control("faults", "DELETE");
    await api.getMe();
    expect(await control("say", "POST", { text: 5 })).toMatchObject({ error: { code: "invalid_request" } });
    expect(await control("state", "GET")).toMatchObject({ pendingUpdates: 1, violations: [] });
  });
});

describe("webhook", () => {
  it("posts updates with the secret until they are accepted, and refuses getUpdates meanwhile", async () => {
    const { createServer } = await import("node:http");
    const received: { secret: unknown; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        received.push({ secret: request.headers["x-telegram-bot-api-secret-token"], body });
        response.writeHead(received.length === 1 ? 500 : 200).end();
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await api.setWebhook(`http://127.0.0.1:${port}/hook`, { secret_token: "s3cret" });
    simulator.userSays({ chatId, text: "over the hook" });
    await expect.poll(() => simulator.confirmed()).toHaveLength(1);
    expect(received.map(({ secret }) => secret)).toEqual(["s3cret", "s3cret"]);
    expect(JSON.parse(received[1]?.body ?? "")).toMatchObject({ message: { text: "over the hook" } });
    expect((await refusal(api.getUpdates())).error_code).toBe(409);
    await api.deleteWebhook();
    expect(await api.getUpdates()).toEqual([]);
    server.closeAllConnections();
    server.close();
  });
});
