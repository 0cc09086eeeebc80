/** Who said a message, in a word. */
import type { MessageView } from "@praktor/protocol/rest";
import { en } from "../text/en.ts";

/** A person is named as the gateway names them, without the kind in front; the page's own messages are "You". */
export const senderName = (message: Pick<MessageView, "role" | "sender">): string => {
  switch (message.role) {
    case "assistant":
      return en.history.agent;
    case "notice":
      return en.history.notice;
    case "user":
      return message.sender === "" || message.sender === "web" || message.sender === "user:web"
        ? en.history.you
        : message.sender.replace(/^user:/, "");
    default:
      return message.role satisfies never;
  }
};
