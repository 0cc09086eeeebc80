/** Cuts a RichText into messages that Telegram takes, at the best place near each one's end. */
import { renderHtml } from "./render-html.ts";
import { type RichText, sliceRichText } from "./rich-text.ts";

export interface MessageLimits {
  /** UTF-16 units of text without markup. Telegram's limit is 4,096, counted after it has read the markup. */
  visibleUnits: number;
  /** Telegram ignores the markup past 100 entities of a message; what it finds itself (links, hashtags) counts too. */
  entities: number;
  /** UTF-16 units with markup, so that a request stays reasonable. */
  htmlUnits: number;
}

/** Room is kept for the mark of a repeated message. */
export const telegramLimits: MessageLimits = { visibleUnits: 4_060, entities: 90, htmlUnits: 24_000 };

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Joined again with the white space that was dropped at the cuts, the parts are the text. Nothing visible is lost, no part is blank,
 * and no surrogate pair is split; marks that reach over a cut are closed and opened again.
 */
export function splitRichText(rich: RichText, limits: MessageLimits = telegramLimits): RichText[] {
  const parts: RichText[] = [];
  const pre = rich.spans.filter((span) => span.mark.type === "pre");
  const isInPre = (position: number): boolean => pre.some((span) => span.start < position && position < span.end);
  let from = 0;
  while (from < rich.text.length) {
    // Indentation of code is part of it, also of its first line.
    while (!isInPre(from + 1) && /\s/.test(rich.text[from] ?? "")) from += 1;
    if (from === rich.text.length) break;
    const cut = findCut(rich, from, limits, isInPre);
    const end = isInPre(cut) ? cut : cut - whiteSpaceBefore(rich.text, from, cut);
    const part = sliceRichText(rich, from, end);
    if (isVisible(part.text)) parts.push(part);
    from = isInPre(cut) && rich.text[cut] === "\n" ? cut + 1 : cut;
  }
  return parts;
}

/** Telegram refuses a message of which nothing can be seen. */
function isVisible(text: string): boolean {
  return /[^\s\p{Cc}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
}

function findCut(rich: RichText, from: number, limits: MessageLimits, isInPre: (position: number) => boolean): number {
  const last = lastPossibleCut(rich, from, limits);
  if (last === rich.text.length) return last;
  // A cut is worth less the more of the message it leaves empty; a paragraph is worth the most.
  const paragraphFloor = from + Math.ceil((last - from) * 0.3);
  const floor = from + Math.ceil((last - from) * 0.5);
  return (
    lastBreak(rich.text, "\n\n", paragraphFloor, last, (position) => !isInPre(position)) ??
    lastBreak(rich.text, "\n", floor, last, () => true) ??
    lastSentence(rich.text, floor, last, isInPre) ??
    lastSpace(rich.text, floor, last) ??
    hardCut(rich.text, from, last)
  );
}

/** The furthest end that keeps all limits; at least one unit after `from`. */
function lastPossibleCut(rich: RichText, from: number, limits: MessageLimits): number {
  let to = Math.min(rich.text.length, from + limits.visibleUnits);
  const excess = rich.spans.filter((span) => span.end > from && span.start < to)[limits.entities];
  if (excess !== undefined && excess.start > from) to = excess.start;
  while (to - from > 2 && renderHtml(sliceRichText(rich, from, to)).length > limits.htmlUnits) {
    to = from + Math.floor((to - from) / 2);
  }
  return to;
}

function lastBreak(
  text: string,
  separator: string,
  floor: number,
  last: number,
  isGood: (position: number) => boolean,
): number | null {
  let position = text.lastIndexOf(separator, last);
  while (position >= floor) {
    if (isGood(position)) return position;
    position = text.lastIndexOf(separator, position - 1);
  }
  return null;
}

function lastSentence(
  text: string,
  floor: number,
  last: number,
  isInPre: (position: number) => boolean,
): number | null {
  let found: number | null = null;
  for (const match of text.slice(floor, last + 1).matchAll(/[.!?…]["'”’)\]]*(?=\s)|[。！？]/g)) {
    const position = floor + match.index + match[0].length;
    if (position <= last && !isInPre(position)) found = position;
  }
  return found;
}

function lastSpace(text: string, floor: number, last: number): number | null {
  for (let position = last; position >= floor; position -= 1) {
    if (/\s/.test(text[position] ?? "")) return position;
  }
  return null;
}

/** Inside a word: between two characters as a person sees them, where they are not absurdly long. */
function hardCut(text: string, from: number, last: number): number {
  const reach = 64;
  const begin = Math.max(from, last - reach);
  const grapheme = graphemes.segment(text.slice(begin, last + reach)).containing(last - begin);
  const cut = begin + (grapheme?.index ?? last - begin);
  if (cut > begin) return cut;
  const splitsPair = /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(last - 1, last + 1));
  return splitsPair && last - 1 > from ? last - 1 : last;
}

function whiteSpaceBefore(text: string, from: number, position: number): number {
  let begin = position;
  while (begin > from && /\s/.test(text[begin - 1] ?? "")) begin -= 1;
  return position - begin;
}
