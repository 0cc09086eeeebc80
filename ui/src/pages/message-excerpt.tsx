/** A message as one plain line. In a part of its own: the Markdown parser comes when the rest of the page stands. */
import { excerpt } from "../lib/excerpt.ts";

export const MessageExcerpt = ({ text }: { text: string }) => excerpt(text);
