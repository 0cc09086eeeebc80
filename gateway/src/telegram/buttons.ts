/** Words with buttons under them. A button's data comes back when a person taps it. */
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import type { OutboxBody } from "../store/rows.ts";
import { renderAnswer } from "./format/render-answer.ts";

export type Buttons = NonNullable<Extract<OutboxBody, { type: "text" }>["buttons"]>;

/** Markdown, with rows of buttons where a choice is asked. */
export type Words = string | { markdown: string; buttons: Buttons };

/** The buttons stand under the last message. */
export function wordsParts(words: Words): NewOutboxPart[] {
  if (typeof words === "string") return renderAnswer(words).map((body) => ({ body }));
  const parts = renderAnswer(words.markdown);
  return parts.map((body, index) => ({
    body: index === parts.length - 1 && words.buttons.length > 0 ? { ...body, buttons: words.buttons } : body,
  }));
}
