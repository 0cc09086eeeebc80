/** Finds the conversation of a chat or topic, and makes group and conversation where there are none. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Conversation } from "../store/rows.ts";
import type { IncomingMessage } from "./incoming.ts";
import { userName } from "./message-text.ts";
import type { TelegramPorts, TelegramStore } from "./telegram-ports.ts";
import type { TelegramChat } from "./update-schema.ts";

export class TelegramConversations {
  readonly #store: TelegramStore["conversations"];
  readonly #ports: Pick<TelegramPorts, "registerGroup">;

  constructor(store: TelegramStore["conversations"], ports: Pick<TelegramPorts, "registerGroup">) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Only for messages of people who are allowed: it makes what is missing. */
  async find({ source: { chat, address, sender }, message }: IncomingMessage): Promise<Conversation> {
    const known = await this.#store.byAddress(address);
    if (known) return known;
    const name = chatName(chat, userName(sender));
    const groupId = await this.#groupOf(address.chatId, name);
    if (address.topicId === undefined) return await this.#store.ensure({ groupId, kind: "chat", address, title: name });
    const topic = message.reply_to_message?.forum_topic_created?.name ?? `topic ${address.topicId}`;
    return await this.#store.ensure({ groupId, kind: "topic", address, title: `${name}: ${topic}` });
  }

  /** A group chat that became a supergroup has a new id; group, history and session stay. */
  async migrate(from: string, to: string): Promise<void> {
    const old = await this.#store.byAddress({ channel: "telegram", chatId: from });
    const address: TelegramAddress = { channel: "telegram", chatId: to };
    if (!old || (await this.#store.byAddress(address))) return;
    const conversation = await this.#store.ensure({ groupId: old.groupId, kind: "chat", address, title: old.title });
    if (old.sessionId !== null) await this.#store.setSession(conversation.id, old.sessionId);
  }

  /** Through the chat's own conversation, because a chat that has migrated belongs to the group of its first id. */
  async #groupOf(chatId: string, name: string): Promise<string> {
    const chat = await this.#store.byAddress({ channel: "telegram", chatId });
    return chat?.groupId ?? (await this.#ports.registerGroup({ id: chatId, name })).id;
  }
}

function chatName(chat: TelegramChat, person: string): string {
  const name = chat.type === "private" ? person : (chat.title ?? `chat ${chat.id}`);
  return name.slice(0, 128).toWellFormed();
}
