/** Builds a RichText from left to right and keeps Telegram's rules of nesting while it does. */
import type { Mark, RichText, Span } from "./rich-text.ts";

interface OpenMark {
  mark: Mark;
  /** Where it began; null while it is suspended for a code span. */
  span: Span | null;
}

/**
 * Telegram: bold, italic and strike nest freely but neither contain code nor lie in it; quotes and links do not nest in their own kind.
 * https://core.telegram.org/bots/api#formatting-options
 */
export class RichTextWriter {
  // Pieces, because looking at the end of a long text that grows would copy it each time.
  readonly #pieces: string[] = [];
  #length = 0;
  #tail = "\n";
  readonly #spans: Span[] = [];
  readonly #open: OpenMark[] = [];
  #indent = "";
  /** Nothing was written since the current container began, so no gap belongs here. */
  #fresh = true;

  /** Continuation lines begin with the current indentation. */
  write(text: string): void {
    if (text === "") return;
    this.#fresh = false;
    const lines = text.split("\n");
    lines.forEach((line, index) => {
      if (index > 0) this.#append("\n");
      if (line !== "") {
        this.#startLine();
        this.#append(line);
      }
    });
  }

  /** Ends the line and leaves `lines - 1` empty ones, except where a container has just begun. */
  gap(lines: 1 | 2): void {
    if (this.#fresh) return;
    while (!this.#tail.endsWith("\n".repeat(lines))) this.#append("\n");
  }

  /** Writes what `content` writes under a mark, or without it where Telegram does not allow it there. */
  marked(mark: Mark, content: () => void): void {
    if (this.#open.some((open) => open.mark.type === mark.type)) return content();
    if (mark.type !== "quote") this.#startLine();
    const open: OpenMark = { mark, span: null };
    this.#begin(open);
    this.#open.push(open);
    content();
    this.#open.pop();
    this.#end(open);
  }

  /** Literal text in monospace; as plain text inside a link, which is worth more than the font. */
  code(mark: Extract<Mark, { type: "code" | "pre" }>, text: string): void {
    if (text === "") return;
    if (this.#open.some((open) => open.mark.type === "link")) return this.write(text);
    if (mark.type === "code") this.#startLine();
    const suspended = this.#open.filter((open) => open.mark.type !== "quote");
    for (const open of suspended.toReversed()) this.#end(open);
    const start = this.#length;
    this.#append(text);
    this.#fresh = false;
    this.#spans.push({ mark, start, end: this.#length });
    for (const open of suspended) this.#begin(open);
  }

  /** What `content` writes is indented by `by` more, from its next line on, and begins without a gap. */
  indented(by: string, content: () => void): void {
    const outer = this.#indent;
    this.#indent = outer + by;
    this.container(content);
    this.#indent = outer;
  }

  container(content: () => void): void {
    this.#fresh = true;
    content();
    this.#fresh = false;
  }

  finish(): RichText {
    return { text: this.#pieces.join(""), spans: this.#spans.filter((span) => span.end > span.start) };
  }

  #startLine(): void {
    if (this.#indent !== "" && this.#tail.endsWith("\n")) this.#append(this.#indent);
  }

  #append(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    this.#tail = (this.#tail + text.slice(-2)).slice(-2);
  }

  #begin(open: OpenMark): void {
    open.span = { mark: open.mark, start: this.#length, end: this.#length };
    this.#spans.push(open.span);
  }

  #end(open: OpenMark): void {
    if (open.span) open.span.end = this.#length;
    open.span = null;
  }
}
