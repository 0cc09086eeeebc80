/** An answer's Markdown as the messages that Telegram is sent. */
import type { OutboxBody } from "../../store/rows.ts";
import { markdownToRichText } from "./markdown-to-rich-text.ts";
import { renderHtml } from "./render-html.ts";
import { plainRichText } from "./rich-text.ts";
import { splitRichText } from "./split-rich-text.ts";

export type TextBody = Extract<OutboxBody, { type: "text" }>;

/** At least one part, each within Telegram's limits; an answer of which nothing can be seen becomes a sentence that says so. */
export function renderAnswer(markdown: string): TextBody[] {
  const parts = splitRichText(markdownToRichText(markdown));
  if (parts.length === 0) parts.push(plainRichText("(The answer is empty.)"));
  return parts.map((part) => ({ type: "text", html: renderHtml(part), plain: part.text }));
}
