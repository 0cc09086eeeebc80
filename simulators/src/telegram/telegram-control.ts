// The control surface over HTTP, for whoever drives the simulated Telegram from another process.

import { type Context, Hono } from "hono";
import * as z from "zod";
import { WaitTimeoutError } from "../changes.ts";
import { controlErrors, controlJson } from "../control-errors.ts";
import { faultRulesSchema } from "../fault-plan.ts";
import type { NodeBindings } from "../loopback-server.ts";
import type { ChatMessage } from "./chat-book.ts";
import { botMembership, userEdit, userFile, userTap, userText } from "./people.ts";
import { telegramFault } from "./telegram-fault.ts";
import type { TelegramSimulator } from "./telegram-simulator.ts";

const faultRules = faultRulesSchema(telegramFault);
const rawUpdate = z.record(z.string(), z.unknown());
const chatQuery = z.object({ chatId: z.coerce.number().int().optional() });
const waitQuery = z.object({
  chatId: z.coerce.number().int().optional(),
  contains: z.string().default(""),
  since: z.coerce.number().int().default(0),
  timeoutMs: z.coerce.number().int().min(1).max(600_000).default(10_000),
});
const chatChange = z.object({
  chat: z.looseObject({ id: z.int(), type: z.enum(["private", "group", "supergroup", "channel"]) }),
  state: z
    .discriminatedUnion("type", [
      z.object({ type: z.literal(["open", "blocked", "left"]) }),
      z.object({ type: z.literal("migrated"), to: z.int() }),
    ])
    .optional(),
});

/**
 * POST `say`, `file`, `edit`, `tap`, `membership`, `migrate`, `push`, `chats`, `update-ids`; GET `transcript/{chatId}`, `sent`, `wait`, `calls`,
 * `state`; PUT and DELETE `faults`. Bodies are the inputs of the methods of the same meaning; file contents are base64.
 */
export function telegramControl(simulator: TelegramSimulator): Hono<NodeBindings> {
  const app = new Hono<NodeBindings>();
  app.onError(controlErrors);

  app.post("/say", async (context) => context.json(simulator.userSays(await controlJson(context, userText))));
  app.post("/file", async (context) => {
    return context.json(simulator.userSends(await controlJson(context, userFile)));
  });
  app.post("/edit", async (context) => context.json(simulator.userEdits(await controlJson(context, userEdit))));
  app.post("/tap", async (context) => context.json(simulator.userTaps(await controlJson(context, userTap))));
  app.post("/membership", async (context) =>
    context.json(simulator.setMembership(await controlJson(context, botMembership))),
  );
  app.post("/migrate", async (context) => {
    const { from, to } = await controlJson(context, z.object({ from: z.int(), to: z.int() }));
    return context.json(simulator.migrate(from, to));
  });
  app.post("/push", async (context) =>
    context.json({ updateId: simulator.push(await controlJson(context, rawUpdate)) }),
  );
  app.post("/chats", async (context) => {
    const { chat, state } = await controlJson(context, chatChange);
    simulator.openChat(chat);
    if (state) simulator.setChatState(chat.id, state);
    return context.json({ ok: true });
  });
  app.post("/update-ids", async (context) => {
    simulator.restartUpdateIds((await controlJson(context, z.object({ next: z.int() }))).next);
    return context.json({ ok: true });
  });

  app.get("/transcript/:chatId{-?\\d+}", (context) =>
    context.json(simulator.transcript(Number(context.req.param("chatId"))).map((message) => withoutBytes(message))),
  );
  app.get("/sent", (context) => {
    const { chatId } = chatQuery.parse(context.req.query());
    return context.json(simulator.sent(chatId).map((message) => withoutBytes(message)));
  });
  app.get("/wait", async (context) => await wait(context, simulator));
  app.get("/calls", (context) => context.json(simulator.calls));
  app.get("/state", (context) =>
    context.json({
      bot: simulator.bot,
      chatIds: simulator.chatIds,
      pendingUpdates: simulator.pendingUpdates,
      sequence: simulator.sequence,
      handedOut: simulator.handedOut(),
      confirmed: simulator.confirmed(),
      chatActions: simulator.chatActions,
      callbackAnswers: simulator.callbackAnswers,
      reactions: simulator.reactions,
      violations: simulator.violations,
    }),
  );

  app.put("/faults", async (context) => {
    const { rules, seed } = await controlJson(context, faultRules);
    simulator.faults.set(rules, seed);
    return context.json({ ok: true });
  });
  app.delete("/faults", (context) => {
    simulator.faults.clear();
    return context.json({ ok: true });
  });
  return app;
}

async function wait(context: Context<NodeBindings>, simulator: TelegramSimulator): Promise<Response> {
  const { chatId, contains, since, timeoutMs } = waitQuery.parse(context.req.query());
  try {
    const message = await simulator.waitForMessage(
      (message) => (chatId === undefined || message.chatId === chatId) && message.text.includes(contains),
      { since, timeoutMs },
    );
    return context.json(withoutBytes(message));
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error;
    return context.json({ error: { code: error.code, message: error.message } }, 408);
  }
}

function withoutBytes(message: ChatMessage): unknown {
  if (!message.file) return message;
  const { bytes, ...file } = message.file;
  return { ...message, file: { ...file, sizeBytes: bytes.byteLength } };
}
