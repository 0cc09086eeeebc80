/** What the agent reads: the messages of one turn, in order. */
import type { Message } from "../store/rows.ts";

/** `metadata.author` is set where several people write into one chat; `metadata.context` holds what the message replies to. */
export function promptOf(messages: readonly Message[]): string {
  return messages
    .filter((message) => message.role === "user")
    .map((message) => {
      const { author, context } = message.metadata;
      const quoted = typeof context === "string" && context !== "" ? `${context}\n\n` : "";
      return quoted + (typeof author === "string" && author !== "" ? `${author}: ${message.content}` : message.content);
    })
    .join("\n\n");
}
