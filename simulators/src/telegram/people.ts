// The people of the simulated Telegram: what they do becomes messages in the chat book and updates for the bot.

import * as z from "zod";
import type { Chat, ChatMessage } from "./chat-book.ts";
import { badRequest } from "./bot-api-error.ts";
import type { BotState } from "./bot-state.ts";
import type { MessageEntity } from "./html-entities.ts";
import { messageView, userOf } from "./message-view.ts";

const sender = {
  chatId: z.int(),
  /** Default: the chat's id in a private chat, else 1001. */
  userId: z.int().optional(),
  firstName: z.string().optional(),
  username: z.string().optional(),
  /** Default: private for a positive id, supergroup for one that begins with -100, else group. */
  chatType: z.enum(["private", "group", "supergroup", "channel"]).optional(),
  chatTitle: z.string().optional(),
  threadId: z.int().optional(),
  /** The message id that is answered. */
  replyTo: z.int().optional(),
  /** Further fields of the message as the bot gets it (`forward_origin`, `media_group_id`, `sticker` …). */
  extra: z.record(z.string(), z.unknown()).optional(),
};

export const userText = z.strictObject({ ...sender, text: z.string() });
export type UserText = z.infer<typeof userText>;

export const userFile = z.strictObject({
  ...sender,
  kind: z.enum(["document", "photo", "voice"]),
  fileName: z.string().default("file.bin"),
  mimeType: z.string().default("application/octet-stream"),
  caption: z.string().default(""),
  /** Bytes, or base64 text over the control surface. */
  content: z.union([z.instanceof(Uint8Array), z.base64().transform((text) => Buffer.from(text, "base64"))]),
});
export type UserFile = z.input<typeof userFile>;

export const userEdit = z.strictObject({ chatId: z.int(), messageId: z.int(), text: z.string() });
export type UserEdit = z.infer<typeof userEdit>;

export const userTap = z.strictObject({
  chatId: z.int(),
  userId: z.int().optional(),
  /** The bot's message whose button is tapped. */
  messageId: z.int(),
  data: z.string(),
});
export type UserTap = z.infer<typeof userTap>;

export const botMembership = z.strictObject({
  ...sender,
  /** `kicked` in a private chat is a person who blocks the bot. */
  status: z.enum(["member", "administrator", "left", "kicked"]),
});
export type BotMembership = z.infer<typeof botMembership>;

/** What came of a person's act. Without `updateId` the bot has not asked for this kind of update. */
export interface Acted {
  readonly messageId: number;
  readonly updateId: number | undefined;
}

type Sender = Omit<UserText, "text">;

export class People {
  readonly #state: BotState;
  #tapCount = 0;

  constructor(state: BotState) {
    this.#state = state;
  }

  say(input: UserText): Acted {
    return this.#send(input, { text: input.text, entities: entitiesOf(input.text) });
  }

  sendFile(input: UserFile): Acted {
    const { kind, fileName: name, mimeType, caption, content: bytes, ...rest } = userFile.parse(input);
    const file = this.#state.files.add({ name, mimeType, bytes });
    return this.#send(rest, { text: caption, entities: entitiesOf(caption), file: { ...file, kind } });
  }

  edit({ chatId, messageId, text }: UserEdit): Acted {
    const message = this.#state.chats.find(chatId, messageId);
    const chat = this.#state.chats.chat(chatId);
    if (!chat || message?.from !== "user") throw badRequest("a person can edit only an own message");
    const edited = this.#state.chats.edit(message, { ...message, text, source: text, entities: entitiesOf(text) });
    const kind = chat.type === "channel" ? "edited_channel_post" : "edited_message";
    return { messageId, updateId: this.#arrive(kind, messageView(this.#state.bot, chat, edited)) };
  }

  tap({ chatId, userId, messageId, data }: UserTap): Acted {
    const chat = this.#state.chats.chat(chatId);
    const message = this.#state.chats.find(chatId, messageId);
    if (!chat || !message) throw badRequest("message to tap not found");
    this.#tapCount += 1;
    const query = {
      id: `tap-${this.#tapCount}`,
      from: { id: userId ?? usualUser(chatId), is_bot: false, first_name: "User" },
      chat_instance: String(chatId),
      message: messageView(this.#state.bot, chat, message),
      data,
    };
    return { messageId, updateId: this.#arrive("callback_query", query) };
  }

  /** Adds, promotes, removes or blocks the bot: a `my_chat_member` update, and the chat opens or closes to the bot. */
  setMembership({ status, ...from }: BotMembership): Pick<Acted, "updateId"> {
    const { chats, bot, now } = this.#state;
    const firstName = from.firstName ?? "User";
    const chat = chats.open(chatOf(from, firstName));
    const isMember = status === "member" || status === "administrator";
    chats.setState(chat.id, { type: isMember ? "open" : chat.type === "private" ? "blocked" : "left" });
    const change = {
      chat,
      from: { id: from.userId ?? usualUser(chat.id), is_bot: false, first_name: firstName },
      date: Math.floor(now() / 1000),
      old_chat_member: { user: userOf(bot), status: isMember ? "left" : "member" },
      new_chat_member: { user: userOf(bot), status },
    };
    return { updateId: this.#arrive("my_chat_member", change) };
  }

  /** Makes a group a supergroup with a new id: a service message in each, and the old one refuses the bot from now on. */
  migrate(fromChatId: number, toChatId: number): { readonly from: Acted; readonly to: Acted } {
    const title = this.#state.chats.chat(fromChatId)?.title;
    const named = title === undefined ? {} : { chatTitle: title };
    const empty = { text: "", entities: [] };
    const from = this.#send({ chatId: fromChatId, ...named, extra: { migrate_to_chat_id: toChatId } }, empty);
    const to = this.#send({ chatId: toChatId, ...named, extra: { migrate_from_chat_id: fromChatId } }, empty);
    this.#state.chats.setState(fromChatId, { type: "migrated", to: toChatId });
    return { from, to };
  }

  #send(from: Sender, content: Pick<ChatMessage, "text" | "entities"> & Partial<ChatMessage>): Acted {
    const { chats, bot } = this.#state;
    const userId = from.userId ?? usualUser(from.chatId);
    const firstName = from.firstName ?? "User";
    const chat = chats.open(chatOf(from, firstName));
    const message = chats.add(chat.id, {
      ...content,
      from: "user",
      userId,
      threadId: from.threadId,
      replyToMessageId: from.replyTo,
    });
    const replied = from.replyTo === undefined ? undefined : chats.find(chat.id, from.replyTo);
    const person = {
      id: userId,
      is_bot: false,
      first_name: firstName,
      ...(from.username === undefined ? {} : { username: from.username }),
      language_code: "en",
    };
    const view = { ...messageView(bot, chat, message, replied, person), ...from.extra };
    const kind = chat.type === "channel" ? "channel_post" : "message";
    return { messageId: message.messageId, updateId: this.#arrive(kind, view) };
  }

  #arrive(kind: string, content: Readonly<Record<string, unknown>>): number | undefined {
    if (!this.#state.updates.wants(kind)) return undefined;
    const updateId = this.#state.updates.push({ [kind]: content });
    this.#state.webhook.wake();
    return updateId;
  }
}

function usualUser(chatId: number): number {
  return chatId > 0 ? chatId : 1001;
}

function chatOf(from: Sender, firstName: string): Chat {
  const { chatId: id } = from;
  const type = from.chatType ?? (id > 0 ? "private" : String(id).startsWith("-100") ? "supergroup" : "group");
  if (type === "private") {
    return { id, type, first_name: firstName, ...(from.username === undefined ? {} : { username: from.username }) };
  }
  const forum = from.threadId === undefined ? {} : { is_forum: true };
  return { id, type, title: from.chatTitle ?? `Group ${Math.abs(id)}`, ...forum };
}

function entitiesOf(text: string): MessageEntity[] {
  const commands = [...text.matchAll(/(?<=^|\s)\/\w+(?:@\w+)?/g)].map((match) => entity("bot_command", match));
  const mentions = [...text.matchAll(/(?<=^|\s)@\w{3,}/g)].map((match) => entity("mention", match));
  return [...commands, ...mentions].sort((a, b) => a.offset - b.offset);
}

function entity(type: string, match: RegExpExecArray): MessageEntity {
  return { type, offset: match.index, length: match[0].length };
}
