/** An agent's answer as what Telegram is sent: messages, or where they would be too many, its beginning and the whole as a file. */
import type { OutboxBody } from "../../store/rows.ts";
import { markdownToRichText } from "./markdown-to-rich-text.ts";
import { renderAnswer } from "./render-answer.ts";
import { renderHtml } from "./render-html.ts";
import { splitRichText, telegramLimits } from "./split-rich-text.ts";

const beginningUnits = 1_500;

/** Within `mostParts` the same as `renderAnswer`. The file is the Markdown as the agent wrote it. */
export function answerParts(markdown: string, mostParts: number): OutboxBody[] {
  const parts = renderAnswer(markdown);
  if (parts.length <= mostParts) return parts;
  const [beginning] = splitRichText(markdownToRichText(markdown), { ...telegramLimits, visibleUnits: beginningUnits });
  const words = markdown.split(/\s+/).length.toLocaleString("en-US");
  const note = `… This is the beginning. The whole answer has ${words} words and would be ${parts.length} messages, so it comes as a file.`;
  return [
    ...(beginning ? [{ type: "text" as const, html: renderHtml(beginning), plain: beginning.text }] : []),
    { type: "file", path: "answer.md", name: "answer.md", content: markdown, caption: note },
  ];
}
