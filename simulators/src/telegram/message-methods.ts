// Messages of the bot: sent, edited, deleted, reacted to.

import * as z from "zod";
import { type BotApiError, badRequest } from "./bot-api-error.ts";
import type { BotMethods, BotState } from "./bot-state.ts";
import type { Chat, ChatMessage, StoredFile } from "./chat-book.ts";
import { messageView } from "./message-view.ts";
import { type TextLimits, captionLimits, formatOutgoing, messageLimits } from "./outgoing-text.ts";
import { type BotApiParameters, flag, integer, nested, parseValues } from "./request-body.ts";

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

export const messageMethods: BotMethods = {
  sendmessage(state, { values }) {
    const parameters = parseValues(sendMessageParameters, values);
    const chat = state.chats.writable(parameters.chat_id);
    return deliver(state, chat, parameters, parameters.text, parameters.entities, messageLimits, undefined);
  },

  senddocument: (state, parameters) => sendFile(state, parameters, "document"),
  sendphoto: (state, parameters) => sendFile(state, parameters, "photo"),
  sendvoice: (state, parameters) => sendFile(state, parameters, "voice"),

  editmessagetext(state, { values }) {
    const parameters = parseValues(editParameters, values);
    const chat = state.chats.writable(parameters.chat_id);
    const message = ownMessage(state, parameters.chat_id, parameters.message_id, "edit");
    const { parse_mode: parseMode, reply_markup: replyMarkup } = parameters;
    const formatted = formatOutgoing(parameters.text, parseMode, parameters.entities, messageLimits);
    const change = { ...formatted, source: parameters.text, parseMode, replyMarkup };
    if (sameContent(message, change)) throw notModified();
    return messageView(state.bot, chat, state.chats.edit(message, change));
  },

  editmessagereplymarkup(state, { values }) {
    const parameters = parseValues(
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
    const parameters = parseValues(z.object({ chat_id: integer, message_id: integer }), values);
    state.chats.writable(parameters.chat_id);
    const message = state.chats.find(parameters.chat_id, parameters.message_id);
    if (!message) throw badRequest("message to delete not found");
    state.chats.delete(message);
    return true;
  },

  setmessagereaction(state, { values }) {
    const parameters = parseValues(
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
};

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
  const parameters = parseValues(sendFileParameters, values);
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
