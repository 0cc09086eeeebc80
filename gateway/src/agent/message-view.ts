/** A stored message as the API and events show it. */
import type { MessageView } from "@praktor/protocol/rest";
import { messageApproval } from "./approval-view.ts";
import { notedFiles } from "./attached-files.ts";
import type { Approval, Message } from "../store/rows.ts";

export interface MessageSurroundings {
  /** Stands in for the person's name in a private chat, which is named after them. */
  groupName?: string | undefined;
  /** Of the turn that the message ended. */
  work?: MessageView["work"] | undefined;
  /** What the message asks people. */
  approval?: Approval | undefined;
}

export function messageView(message: Message, { groupName, work, approval }: MessageSurroundings = {}): MessageView {
  const files = notedFiles(message).map(({ path, name }) => ({ path, name }));
  return {
    id: message.id,
    role: message.role,
    text: message.content,
    time: new Date(message.createdAt).toISOString(),
    conversation_id: message.conversationId,
    turn_id: message.turnId,
    sender: message.sender,
    sender_name: senderName(message, groupName),
    work: work ?? null,
    delivery: message.delivery,
    ...(message.deliveryError === null ? {} : { delivery_error: message.deliveryError }),
    ...(files.length === 0 ? {} : { files }),
    ...(approval && { approval: messageApproval(approval) }),
  };
}

function senderName({ sender, groupId, metadata }: Message, groupName: string | undefined): string | null {
  for (const name of [metadata["senderName"], metadata["author"]]) if (typeof name === "string") return name;
  // A private chat in Telegram has the person's own number.
  return sender === `user:${groupId}` ? (groupName ?? null) : null;
}
