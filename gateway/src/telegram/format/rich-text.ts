/** Text with marks over ranges of it, as Telegram itself sees a message: what is formatted, split and rendered. */

export type Mark =
  | { type: "bold" | "italic" | "strike" | "quote" }
  | { type: "code" }
  | { type: "pre"; language: string | null }
  | { type: "link"; url: string };

/** A mark over `[start, end)` in UTF-16 units. */
export interface Span {
  mark: Mark;
  start: number;
  end: number;
}

/** Spans are properly nested, sorted by start, the outer one first, and never empty. */
export interface RichText {
  text: string;
  spans: readonly Span[];
}

/** The part `[from, to)`: marks that reach over a border end and begin again there. */
export function sliceRichText(rich: RichText, from: number, to: number): RichText {
  const spans: Span[] = [];
  for (const { mark, start, end } of rich.spans) {
    if (start >= to) break;
    if (end > from) spans.push({ mark, start: Math.max(start, from) - from, end: Math.min(end, to) - from });
  }
  return { text: rich.text.slice(from, to), spans };
}

export function plainRichText(text: string): RichText {
  return { text, spans: [] };
}
