/** A stored message as the API and events show it. */
import type { MessageView } from "@praktor/protocol/rest";
import type { Message } from "../store/rows.ts";

export function messageView(message: Message): MessageView {
  return {
    id: message.id,
    role: message.role,
    text: message.content,
    time: new Date(message.createdAt).toISOString(),
    conversation_id: message.conversationId,
    turn_id: message.turnId,
    sender: message.sender,
    delivery: message.delivery,
  };
}
