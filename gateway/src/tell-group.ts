/** A notice in a group's chat, of which Praktor itself is the sender. */
import type { Address } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import { messageView } from "./agent/message-view.ts";
import { taskChat } from "./scheduler/task-chat.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import type { Store } from "./store/contract.ts";

export interface TellGroupParts {
  store: Pick<Store, "groups" | "conversations" | "messages">;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  wakeDelivery: () => void;
}

/** Of a hidden group, its parent's people are told. */
export function tellGroup(parts: TellGroupParts): (groupId: string, markdown: string) => Promise<void> {
  const { store, render, publish, wakeDelivery } = parts;
  return async (groupId, markdown) => {
    const to = (await store.groups.get(groupId))?.parentId ?? groupId;
    const chat = await taskChat(store.conversations, to);
    const message = await store.messages.notice({
      conversationId: chat.id,
      content: markdown,
      parts: render(chat.address, markdown),
    });
    publish({ type: "message", groupId: to, message: messageView(message) });
    wakeDelivery();
  };
}
