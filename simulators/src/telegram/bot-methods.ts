// The Bot API's methods: parameters in, result out, BotApiError for a refusal.

import * as z from "zod";
import { type Chat, ChatBook, type ChatMessage, type StoredFile } from "./chat-book.ts";
import { BotApiError, badRequest } from "./bot-api-error.ts";
import type { FileShelf } from "./file-shelf.ts";
import { type TextLimits, captionLimits, formatOutgoing, messageLimits } from "./outgoing-text.ts";
import { type BotApiParameters, flag, integer, nested } from "./request-body.ts";
import type { UpdateQueue } from "./update-queue.ts";
import { messageView, type BotUser, userOf } from "./message-view.ts";
import type { Webhook } from "./webhook.ts";

export interface ChatAction {
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly action: string;
  readonly at: number;
}

export interface CallbackAnswer {
  readonly callbackQueryId: string;
  readonly text: string | undefined;
  readonly at: number;
}

/** What the methods work on; the simulator owns it. */
export interface BotState {
  readonly bot: BotUser;
  readonly now: () => number;
  readonly chats: ChatBook;
  readonly updates: UpdateQueue;
  readonly files: FileShelf;
  readonly webhook: Webhook;
  readonly chatActions: ChatAction[];
  readonly callbackAnswers: CallbackAnswer[];
  readonly reactions: { chatId: number; messageId: number; reaction: unknown; at: number }[];
  /** By scope and language, as JSON. */
  readonly commands: Map<string, unknown>;
}

type Method = (state: BotState, parameters: BotApiParameters, gone: AbortSignal) => unknown;

const chatIdOnly = z.object({ chat_id: integer });
const replyParameters = nested(
  z.looseObject({ message_id: integer, allow_sending_without_reply: flag.optional() }),
).optional();
const sending = z.object({
  chat_id: integer,
  message_thread_id: integer.optional(),
  parse_mode: z.string().optional(),
  reply_parameters: replyParameters,
  reply_to_message_id: integer.optional(),
  reply_markup: nested(z.unknown()).optional(),
});
const sendMessageParameters = sending.extend({ text: z.coerce.string().default(""), entities: z.unknown().optional() });
const sendFileParameters = sending.extend({
  caption: z.string().default(""),
  caption_entities: z.unknown().optional(),
});
const editParameters = sendMessageParameters.extend({ message_id: integer });
const commandScope = z.object({ scope: nested(z.unknown()).optional(), language_code: z.string().optional() });

const methods: Readonly<Record<string, Method>> = {
  getme: (state) => ({ ...userOf(state.bot), can_join_groups: true, can_read_all_group_messages: false }),

  async getupdates(state, { values }, gone) {
    const parameters = parse(
      z.object({
        offset: integer.default(0),
        limit: integer.default(100),
        timeout: integer.default(0),
        allowed_updates: nested(z.array(z.string())).optional(),
      }),
      values,
    );
    if (state.webhook.url !== "") {
      throw new BotApiError(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    const { offset, limit, timeout: timeoutSeconds, allowed_updates: allowedUpdates } = parameters;
    return await state.updates.take({ offset, limit, timeoutSeconds, allowedUpdates }, gone);
  },

  sendmessage(state, { values }) {
    const parameters = parse(sendMessageParameters, values);
    const chat = state.chats.writable(parameters.chat_id);
    return deliver(state, chat, parameters, parameters.text, parameters.entities, messageLimits, undefined);
  },

  senddocument: (state, parameters) => sendFile(state, parameters, "document"),
  sendphoto: (state, parameters) => sendFile(state, parameters, "photo"),
  sendvoice: (state, parameters) => sendFile(state, parameters, "voice"),

  editmessagetext(state, { values }) {
    const parameters = parse(editParameters, values);
    const chat = state.chats.writable(parameters.chat_id);
    const message = ownMessage(state, parameters.chat_id, parameters.message_id, "edit");
    const { parse_mode: parseMode, reply_markup: replyMarkup } = parameters;
    const formatted = formatOutgoing(parameters.text, parseMode, parameters.entities, messageLimits);
    const change = { ...formatted, source: parameters.text, parseMode, replyMarkup };
    if (sameContent(message, change)) throw notModified();
    return messageView(state.bot, chat, state.chats.edit(message, change));
  },

  editmessagereplymarkup(state, { values }) {
    const parameters = parse(
      z.object({ chat_id: integer, message_id: integer, reply_markup: nested(z.unknown()).optional() }),
      values,
    );
    const chat = state.chats.writable(parameters.chat_id);
    const message = ownMessage(state, parameters.chat_id, parameters.message_id, "edit");
    const change = { ...message, replyMarkup: parameters.reply_markup };
    if (sameContent(message, change)) throw notModified();
    return messageView(state.bot, chat, state.chats.edit(message, change));
  },

  deletemessage(state, { values }) {
    const parameters = parse(z.object({ chat_id: integer, message_id: integer }), values);
    state.chats.writable(parameters.chat_id);
    const message = state.chats.find(parameters.chat_id, parameters.message_id);
    if (!message) throw badRequest("message to delete not found");
    state.chats.delete(message);
    return true;
  },

  sendchataction(state, { values }) {
    const parameters = parse(
      z.object({ chat_id: integer, message_thread_id: integer.optional(), action: z.string().default("") }),
      values,
    );
    state.chats.writable(parameters.chat_id);
    if (!chatActionNames.has(parameters.action)) throw badRequest("wrong parameter action in request");
    const { chat_id: chatId, message_thread_id: threadId, action } = parameters;
    state.chatActions.push({ chatId, threadId, action, at: state.now() });
    return true;
  },

  setmessagereaction(state, { values }) {
    const parameters = parse(
      z.object({
        chat_id: integer,
        message_id: integer,
        reaction: nested(z.array(z.unknown())).optional().default([]),
      }),
      values,
    );
    state.chats.writable(parameters.chat_id);
    if (!state.chats.find(parameters.chat_id, parameters.message_id)) throw badRequest("message to react not found");
    const { chat_id: chatId, message_id: messageId, reaction } = parameters;
    state.reactions.push({ chatId, messageId, reaction, at: state.now() });
    return true;
  },

  setmycommands(state, { values }) {
    const command = z.object({
      command: z.string().regex(/^[a-z0-9_]{1,32}$/, "BOT_COMMAND_INVALID"),
      description: z.string().min(1, "BOT_COMMAND_DESCRIPTION_INVALID").max(256, "BOT_COMMAND_DESCRIPTION_INVALID"),
    });
    const parameters = parse(z.object({ commands: nested(z.array(command).max(100)) }), values);
    state.commands.set(commandKey(values), parameters.commands);
    return true;
  },

  getmycommands: (state, { values }) => state.commands.get(commandKey(values)) ?? [],

  deletemycommands: (state, { values }) => {
    state.commands.delete(commandKey(values));
    return true;
  },

  answercallbackquery(state, { values }) {
    const parameters = parse(z.object({ callback_query_id: z.string(), text: z.string().max(200).optional() }), values);
    const { callback_query_id: callbackQueryId, text } = parameters;
    state.callbackAnswers.push({ callbackQueryId, text, at: state.now() });
    return true;
  },

  getfile(state, { values }) {
    const { file_id: fileId } = parse(z.object({ file_id: z.string() }), values);
    const file = state.files.get(fileId);
    if (!file) throw badRequest("invalid file_id");
    // https://core.telegram.org/bots/api#getfile: bots download files of up to 20 MB.
    if (file.bytes.byteLength > 20 * 1024 * 1024) throw badRequest("file is too big");
    const { path } = file;
    return { file_id: fileId, file_unique_id: `u${fileId}`, file_size: file.bytes.byteLength, file_path: path };
  },

  setwebhook(state, { values }) {
    const parameters = parse(
      z.object({
        url: z.string().default(""),
        secret_token: z
          .string()
          .regex(/^[\w-]{1,256}$/, "secret token contains unallowed characters")
          .optional(),
        allowed_updates: nested(z.array(z.string())).optional(),
        drop_pending_updates: flag.optional(),
      }),
      values,
    );
    if (parameters.drop_pending_updates) state.updates.dropPending();
    state.updates.setAllowed(parameters.allowed_updates);
    state.webhook.set(parameters.url, parameters.secret_token);
    return true;
  },

  deletewebhook(state, { values }) {
    const parameters = parse(z.object({ drop_pending_updates: flag.optional() }), values);
    if (parameters.drop_pending_updates) state.updates.dropPending();
    state.webhook.set("", undefined);
    return true;
  },

  getwebhookinfo: (state) => ({
    url: state.webhook.url,
    has_custom_certificate: false,
    pending_update_count: state.updates.pendingCount,
    ...state.webhook.lastError,
  }),

  getchat(state, { values }) {
    const { chat_id: chatId } = parse(chatIdOnly, values);
    return { ...state.chats.writable(chatId), accent_color_id: 0, max_reaction_count: 11 };
  },

  leavechat(state, { values }) {
    const { chat_id: chatId } = parse(chatIdOnly, values);
    state.chats.writable(chatId);
    state.chats.setState(chatId, { type: "left" });
    return true;
  },
};

const chatActionNames = new Set([
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
]);

/** Method names are case-insensitive. Rejects with BotApiError 404 for one that does not exist. */
export async function callMethod(
  name: string,
  state: BotState,
  parameters: BotApiParameters,
  gone: AbortSignal,
): Promise<unknown> {
  const key = name.toLowerCase();
  const method = Object.hasOwn(methods, key) ? methods[key] : undefined;
  if (!method) throw new BotApiError(404, "Not Found: method not found");
  return await method(state, parameters, gone);
}

function parse<T extends z.ZodType>(schema: T, values: unknown): z.output<T> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = issue?.path[0];
  if (name === "chat_id") throw badRequest("chat_id is empty");
  if (name === "message_id") throw badRequest("message identifier is not specified");
  throw badRequest(`can't parse ${String(name)}: ${issue?.message ?? "invalid value"}`);
}

function deliver(
  state: BotState,
  chat: Chat,
  parameters: z.infer<typeof sending>,
  source: string,
  entities: unknown,
  limits: TextLimits,
  file: (StoredFile & { kind: string }) | undefined,
): unknown {
  const formatted = formatOutgoing(source, parameters.parse_mode, entities, limits);
  const replyTo = parameters.reply_parameters?.message_id ?? parameters.reply_to_message_id;
  const replied = replyTo === undefined ? undefined : state.chats.find(chat.id, replyTo);
  if (replyTo !== undefined && !replied && !parameters.reply_parameters?.allow_sending_without_reply) {
    throw badRequest("message to be replied not found");
  }
  const message = state.chats.add(chat.id, {
    from: "bot",
    userId: state.bot.id,
    ...formatted,
    source,
    parseMode: parameters.parse_mode,
    replyToMessageId: replied?.messageId,
    threadId: parameters.message_thread_id,
    replyMarkup: parameters.reply_markup,
    file,
  });
  return messageView(state.bot, chat, message, replied);
}

function sendFile(state: BotState, { values, files }: BotApiParameters, kind: "document" | "photo" | "voice"): unknown {
  const parameters = parse(sendFileParameters, values);
  const chat = state.chats.writable(parameters.chat_id);
  const reference = values[kind];
  const attached = typeof reference === "string" && reference.startsWith("attach://") ? reference.slice(9) : kind;
  const upload = files.get(attached);
  if (upload?.bytes.byteLength === 0) throw badRequest("file must be non-empty");
  const file = upload
    ? state.files.add({ name: upload.name, mimeType: upload.type, bytes: upload.bytes })
    : typeof reference === "string"
      ? state.files.get(reference)
      : undefined;
  if (!file) {
    throw badRequest(
      reference === undefined ? `there is no ${kind} in the request` : "wrong file identifier/HTTP URL specified",
    );
  }
  return deliver(state, chat, parameters, parameters.caption, parameters.caption_entities, captionLimits, {
    ...file,
    kind,
  });
}

function ownMessage(state: BotState, chatId: number, messageId: number, purpose: string): ChatMessage {
  const message = state.chats.find(chatId, messageId);
  if (!message) throw badRequest(`message to ${purpose} not found`);
  if (message.from !== "bot") throw badRequest(`message can't be ${purpose}ed`);
  return message;
}

function sameContent(message: ChatMessage, change: Pick<ChatMessage, "text" | "entities" | "replyMarkup">): boolean {
  const essence = ({ text, entities, replyMarkup }: typeof change): string =>
    JSON.stringify([text, entities, replyMarkup ?? null]);
  return essence(message) === essence(change);
}

function notModified(): BotApiError {
  return badRequest(
    "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
  );
}

function commandKey(values: unknown): string {
  const { scope, language_code: language } = parse(commandScope, values);
  return JSON.stringify([scope ?? { type: "default" }, language ?? ""]);
}
