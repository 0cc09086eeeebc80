// A stored message in the Bot API's shape.

import type { Chat, ChatMessage } from "./chat-book.ts";

export interface BotUser {
  readonly id: number;
  readonly username: string;
  readonly firstName: string;
}

export function userOf(bot: BotUser) {
  return { id: bot.id, is_bot: true, first_name: bot.firstName, username: bot.username };
}

/** What Telegram answers to a send or an edit, and what an update carries. */
export function messageView(
  bot: BotUser,
  chat: Chat,
  message: ChatMessage,
  replied?: ChatMessage,
  sender?: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { file, threadId } = message;
  const isEdited = message.edits.length > 0;
  return {
    message_id: message.messageId,
    ...authorOf(bot, chat, message, sender),
    chat,
    date: Math.floor(message.at / 1000),
    ...(isEdited ? { edit_date: Math.floor((message.edits.at(-1)?.at ?? message.at) / 1000) } : {}),
    ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true }),
    ...(replied ? { reply_to_message: messageView(bot, chat, replied) } : {}),
    ...(file ? fileFields(message, file) : textFields(message)),
    ...(message.replyMarkup === undefined ? {} : { reply_markup: message.replyMarkup }),
  };
}

function authorOf(bot: BotUser, chat: Chat, message: ChatMessage, sender: unknown): Record<string, unknown> {
  if (chat.type === "channel") return { sender_chat: chat };
  if (message.from === "bot") return { from: userOf(bot) };
  return { from: sender ?? { id: message.userId, is_bot: false, first_name: "User" } };
}

/** A message whose content is another (a sticker, a location) has no text at all. */
function textFields(message: ChatMessage): Record<string, unknown> {
  return message.text === "" ? {} : { text: message.text, ...entityField("entities", message) };
}

function fileFields(message: ChatMessage, file: NonNullable<ChatMessage["file"]>): Record<string, unknown> {
  const common = { file_id: file.fileId, file_unique_id: `u${file.fileId}`, file_size: file.bytes.byteLength };
  const caption = message.text === "" ? {} : { caption: message.text, ...entityField("caption_entities", message) };
  switch (file.kind) {
    case "photo": {
      const small = { ...common, width: 90, height: 90 };
      return { photo: [small, { ...common, width: 1280, height: 1280 }], ...caption };
    }
    case "voice":
      return { voice: { ...common, duration: 1, mime_type: file.mimeType || "audio/ogg" }, ...caption };
    default:
      return { document: { ...common, file_name: file.name, mime_type: file.mimeType }, ...caption };
  }
}

function entityField(name: "entities" | "caption_entities", message: ChatMessage): Record<string, unknown> {
  return message.entities.length === 0 ? {} : { [name]: message.entities };
}

/** The message id in a method's result, where the result is a message. */
export function messageIdOf(result: unknown): number | undefined {
  if (typeof result !== "object" || result === null || !("message_id" in result)) return undefined;
  return typeof result.message_id === "number" ? result.message_id : undefined;
}
