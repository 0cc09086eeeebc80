/** An agent's answer as what Telegram is sent: messages, or where they would be too many, its beginning and the whole as a file. */
import type { OutboxBody } from "../../store/rows.ts";
import { renderAnswer } from "./render-answer.ts";
import { telegramLimits } from "./split-rich-text.ts";

const beginningUnits = 1_500;
/** In so much Markdown the beginning ends; whatever follows it is not looked at. */
const beginningMarkdown = 20_000;
/** Of Markdown, most of it marks, become so many visible units at least: what is longer cannot be few messages. */
const mostMarkdownUnits = 4 * telegramLimits.visibleUnits;

/** Within `mostParts` the same as `renderAnswer`. The file is the Markdown as the agent wrote it. */
export function answerParts(markdown: string, mostParts: number): OutboxBody[] {
  const parts = markdown.length <= mostParts * mostMarkdownUnits ? renderAnswer(markdown) : null;
  if (parts && parts.length <= mostParts) return parts;
  const [beginning] = renderAnswer(markdown.slice(0, beginningMarkdown), {
    ...telegramLimits,
    visibleUnits: beginningUnits,
  });
  const words = markdown.split(/\s+/).length.toLocaleString("en-US");
  const messages = parts ? ` and would be ${parts.length} messages` : "";
  const note = `… This is the beginning. The whole answer has ${words} words${messages}, so it comes as a file.`;
  return [
    ...(beginning ? [beginning] : []),
    { type: "file", path: "answer.md", name: "answer.md", content: markdown, caption: note },
  ];
}
