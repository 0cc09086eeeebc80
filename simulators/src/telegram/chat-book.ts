// The chats of the simulated Telegram: their messages with ids of their own, as a person would see them.

import { BotApiError, badRequest } from "./bot-api-error.ts";
import type { MessageEntity } from "./html-entities.ts";

export interface Chat {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly title?: string | undefined;
  readonly username?: string | undefined;
  readonly first_name?: string | undefined;
  readonly is_forum?: boolean | undefined;
}

export interface StoredFile {
  readonly fileId: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** One message as it stands, with everything that was done to it. */
export interface ChatMessage {
  readonly chatId: number;
  readonly messageId: number;
  readonly from: "bot" | "user";
  readonly userId: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Counts every message of the bot and every edit of one over all chats; grows with each change. */
  readonly sequence: number;
  /** What a person reads now: after entity parsing and after edits; the caption of a file. */
  readonly text: string;
  readonly entities: readonly MessageEntity[];
  /** What the bot sent as text or caption, markup included. */
  readonly source: string;
  readonly parseMode: string | undefined;
  readonly replyToMessageId: number | undefined;
  readonly threadId: number | undefined;
  readonly replyMarkup: unknown;
  readonly file: (StoredFile & { readonly kind: string }) | undefined;
  readonly edits: readonly { readonly at: number; readonly text: string }[];
  readonly deletedAt: number | undefined;
  /** False when the bot's call was accepted but its connection was dropped before the answer. */
  readonly acknowledged: boolean;
}

type ChatState = { type: "open" } | { type: "blocked" } | { type: "left" } | { type: "migrated"; to: number };

interface ChatRecord {
  chat: Chat;
  state: ChatState;
  nextMessageId: number;
  readonly messages: Map<number, ChatMessage>;
}

export type NewMessage = Pick<ChatMessage, "from" | "userId" | "text"> & Partial<ChatMessage>;

export class ChatBook {
  readonly #now: () => number;
  readonly #records = new Map<number, ChatRecord>();
  #sequence = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes the chat known, as the first message of a person does; a known one keeps its messages. */
  open(chat: Chat): Chat {
    const known = this.#records.get(chat.id);
    if (known) {
      known.chat = { ...known.chat, ...chat };
      if (known.state.type === "left") known.state = { type: "open" };
      return known.chat;
    }
    this.#records.set(chat.id, { chat, state: { type: "open" }, nextMessageId: 1, messages: new Map() });
    return chat;
  }

  setState(chatId: number, state: ChatState): void {
    this.#record(chatId).state = state;
  }

  /** The chat a bot may write to; throws what Telegram answers for one that is unknown, blocked, left or migrated. */
  writable(chatId: number): Chat {
    const { chat, state } = this.#record(chatId);
    switch (state.type) {
      case "open":
        return chat;
      case "blocked":
        throw new BotApiError(403, "Forbidden: bot was blocked by the user");
      case "left":
        throw new BotApiError(403, `Forbidden: bot is not a member of the ${chat.type} chat`);
      case "migrated":
        throw new BotApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", {
          migrate_to_chat_id: state.to,
        });
      default:
        throw state satisfies never;
    }
  }

  add(chatId: number, message: NewMessage): ChatMessage {
    const record = this.#record(chatId);
    const added: ChatMessage = {
      entities: [],
      source: message.text,
      parseMode: undefined,
      replyToMessageId: undefined,
      threadId: undefined,
      replyMarkup: undefined,
      file: undefined,
      deletedAt: undefined,
      acknowledged: true,
      ...message,
      edits: [],
      chatId,
      messageId: record.nextMessageId,
      at: this.#now(),
      sequence: message.from === "bot" ? ++this.#sequence : this.#sequence,
    };
    record.nextMessageId += 1;
    record.messages.set(added.messageId, added);
    return added;
  }

  /** Uses up a message id without a message, as another bot's or a service message does. */
  skipMessageIds(chatId: number, count: number): void {
    this.#record(chatId).nextMessageId += count;
  }

  /** Replaces text and markup of a message and remembers the former text. */
  edit(message: ChatMessage, change: Pick<ChatMessage, "text" | "entities" | "source" | "parseMode" | "replyMarkup">) {
    const edited: ChatMessage = {
      ...message,
      ...change,
      sequence: message.from === "bot" ? ++this.#sequence : message.sequence,
      edits: [...message.edits, { at: this.#now(), text: change.text }],
    };
    this.#record(message.chatId).messages.set(message.messageId, edited);
    return edited;
  }

  delete(message: ChatMessage): void {
    this.#record(message.chatId).messages.set(message.messageId, { ...message, deletedAt: this.#now() });
  }

  markUnacknowledged(chatId: number, messageId: number): void {
    const message = this.find(chatId, messageId);
    if (message) this.#record(chatId).messages.set(messageId, { ...message, acknowledged: false });
  }

  /** A message that exists and is not deleted. */
  find(chatId: number, messageId: number): ChatMessage | undefined {
    const message = this.#records.get(chatId)?.messages.get(messageId);
    return message?.deletedAt === undefined ? message : undefined;
  }

  /** Every message ever, deleted ones too, in the order of their ids. */
  messages(chatId: number): ChatMessage[] {
    return [...(this.#records.get(chatId)?.messages.values() ?? [])];
  }

  chat(chatId: number): Chat | undefined {
    return this.#records.get(chatId)?.chat;
  }

  get chatIds(): number[] {
    return [...this.#records.keys()];
  }

  /** The sequence number of the bot's latest message or edit. */
  get sequence(): number {
    return this.#sequence;
  }

  #record(chatId: number): ChatRecord {
    const record = this.#records.get(chatId);
    if (!record) throw badRequest("chat not found");
    return record;
  }
}
