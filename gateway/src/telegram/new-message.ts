/** What of an incoming message is stored, and what the agent is told besides its words. Pure. */
import type { NewMessage } from "../store/contract/inbox-store.ts";
import { incomingFile } from "./incoming-files.ts";
import type { IncomingMessage } from "./incoming.ts";
import { messageContext, userName } from "./message-text.ts";

/**
 * `botId`: replies to the bot itself need no quoting of who spoke. `told`: what the message told of that is replied to. `overheard`: what
 * was said in the chat to others.
 */
export function newMessage(
  { source, message, text, edited, fileKind }: IncomingMessage,
  conversationId: string,
  botId: number,
  { told, overheard }: { told: string | null; overheard: string | null },
): NewMessage {
  const file = incomingFile(message);
  const context = [
    edited ? "[An earlier message was edited. It now reads:]" : null,
    file ? `[A ${fileKind} was sent: ${file.path}]` : null,
    fileKind !== null && !file ? `[With a ${fileKind}, which is too large to be received]` : null,
    messageContext(message, botId, told),
  ].filter((line) => line !== null);
  return {
    conversationId,
    sender: `user:${source.sender.id}`,
    content: text === "" && file ? `(${file.name})` : text,
    metadata: {
      telegram: {
        chatId: source.address.chatId,
        messageId: message.message_id,
        ...(message.media_group_id === undefined ? {} : { album: message.media_group_id }),
      },
      senderName: userName(source.sender),
      ...(source.chat.type === "private" ? {} : { author: userName(source.sender) }),
      ...(file ? { files: [file] } : {}),
      ...(overheard === null ? {} : { overheard }),
      ...(context.length === 0 ? {} : { context: context.join("\n") }),
    },
  };
}
