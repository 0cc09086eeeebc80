/** An answer's Markdown as the messages that Telegram is sent. */
import { withinTime } from "../../kit/within-time.ts";
import type { OutboxBody } from "../../store/rows.ts";
import { chatText } from "./chat-text.ts";
import { markdownToRichText } from "./markdown-to-rich-text.ts";
import { renderHtml } from "./render-html.ts";
import { plainRichText, type RichText } from "./rich-text.ts";
import { splitRichText, telegramLimits } from "./split-rich-text.ts";

export type TextBody = Extract<OutboxBody, { type: "text" }>;

/** A page of prose takes a few milliseconds; ten thousand asterisks take the parser minutes, in which nobody else would be answered. */
const longestMs = 500;

/**
 * At least one part, each within Telegram's limits; an answer of which nothing can be seen becomes a sentence that says so, and one
 * that cannot be laid out in time comes as it is written.
 */
export function renderAnswer(markdown: string, limits = telegramLimits): TextBody[] {
  const laidOut = withinTime(longestMs, () => bodiesOf(markdownToRichText(markdown), limits));
  return laidOut ?? bodiesOf(plainRichText(chatText(markdown)), limits);
}

function bodiesOf(rich: RichText, limits: typeof telegramLimits): TextBody[] {
  const parts = splitRichText(rich, limits);
  if (parts.length === 0) parts.push(plainRichText("(The answer is empty.)"));
  return parts.map((part) => ({ type: "text", html: renderHtml(part), plain: part.text }));
}
