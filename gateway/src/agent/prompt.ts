/** What the agent reads: the messages of one turn, in order. */
import type { Message } from "../store/rows.ts";

/**
 * `metadata.author` is set where several people write into one chat; `metadata.context` holds what the message replies to,
 * `metadata.overheard` what was said before it to others.
 */
export function promptOf(messages: readonly Message[]): string {
  return messages
    .filter((message) => message.role === "user")
    .map((message) => {
      const { author, context, overheard } = message.metadata;
      const quoted = [overheard, context]
        .filter((text): text is string => typeof text === "string" && text !== "")
        .map((text) => `${text}\n\n`)
        .join("");
      return quoted + (typeof author === "string" && author !== "" ? `${author}: ${message.content}` : message.content);
    })
    .join("\n\n");
}
