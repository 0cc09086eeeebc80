/** Who said a message, in a word. */
import type { MessageView } from "@praktor/protocol/rest";
import { en } from "../text/en.ts";

/** A person by the name they have where they wrote, or else by their id; the page's own messages are "You". */
export const senderName = (message: Pick<MessageView, "role" | "sender" | "sender_name">): string => {
  switch (message.role) {
    case "assistant":
      return en.history.agent;
    case "notice":
      return en.history.notice;
    case "user":
      return message.sender === "" || message.sender === "web" || message.sender === "user:web"
        ? en.history.you
        : (message.sender_name ?? message.sender.replace(/^user:/, ""));
    default:
      return message.role satisfies never;
  }
};

/** Where a message was written, beside its sender; absent where that is the same name again: a private chat is called as the person in it. */
export const sourceName = (
  message: Pick<MessageView, "role" | "sender" | "sender_name">,
  conversation: string | undefined,
): string | undefined => (conversation === senderName(message) ? undefined : conversation);
