/** What the address of a group's conversations says besides the group. */

export interface ConversationSearch {
  /** The chosen conversation; all of the group's without it. */
  conversation?: string;
  /** The message to begin at. */
  message?: number;
  files?: boolean;
  /** The directory shown in the files panel. */
  path?: string;
}

/** Takes what it understands and leaves out the rest, so that a bad address shows the usual page. */
export const readSearch = ({ conversation, message, files, path }: Record<string, unknown>): ConversationSearch => ({
  ...(isText(conversation) ? { conversation: String(conversation) } : {}),
  ...(Number.isSafeInteger(message) ? { message: Number(message) } : {}),
  ...(files === true ? { files } : {}),
  ...(files === true && isText(path) ? { path: String(path) } : {}),
});

/** The router reads what looks like a number as one. */
const isText = (value: unknown): value is string | number =>
  (typeof value === "string" && value !== "") || typeof value === "number";
