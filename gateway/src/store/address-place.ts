/** What of an address the store keys rows by. */
import type { Address } from "@praktor/protocol/address";
import type { ConversationKind } from "./rows.ts";

/** Outbox order and holds are per chat, because Telegram limits chats: its topics share one key. */
export function chatKey(address: Address): string {
  return address.channel === "telegram" ? `telegram:${address.chatId}` : address.channel;
}

/** The key that a chat or topic has once in the installation and a page once in a group; null where every conversation is its own place. */
export function placeKey(groupId: string, kind: ConversationKind, address: Address): string | null {
  if (kind === "task_run" || kind === "member") return null;
  switch (address.channel) {
    case "telegram":
      return address.topicId === undefined ? chatKey(address) : `${chatKey(address)}:${address.topicId}`;
    case "web":
      return `web:${groupId}`;
    case "none":
      return null;
    default:
      return address satisfies never;
  }
}

/** True where somebody drains the outbox. */
export function isDelivered(address: Address): boolean {
  return address.channel === "telegram";
}
