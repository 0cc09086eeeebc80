/** Writes a RichText in Telegram's HTML. */
import type { Mark, RichText, Span } from "./rich-text.ts";

export function renderHtml(rich: RichText): string {
  let html = "";
  let written = 0;
  const open: Span[] = [];
  const writeTo = (position: number): void => {
    html += escapeHtml(rich.text.slice(written, position));
    written = position;
  };
  const closeUpTo = (position: number): void => {
    for (let top = open.at(-1); top && top.end <= position; top = open.at(-1)) {
      writeTo(top.end);
      html += endTag(top.mark);
      open.pop();
    }
  };
  for (const span of rich.spans) {
    closeUpTo(span.start);
    writeTo(span.start);
    html += startTag(span.mark);
    open.push(span);
  }
  closeUpTo(rich.text.length);
  writeTo(rich.text.length);
  return html;
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function startTag(mark: Mark): string {
  switch (mark.type) {
    case "bold":
      return "<b>";
    case "italic":
      return "<i>";
    case "strike":
      return "<s>";
    case "quote":
      return "<blockquote>";
    case "code":
      return "<code>";
    case "pre":
      return mark.language === null ? "<pre>" : `<pre><code class="language-${escapeAttribute(mark.language)}">`;
    case "link":
      return `<a href="${escapeAttribute(mark.url)}">`;
    default:
      return mark satisfies never;
  }
}

function endTag(mark: Mark): string {
  switch (mark.type) {
    case "bold":
      return "</b>";
    case "italic":
      return "</i>";
    case "strike":
      return "</s>";
    case "quote":
      return "</blockquote>";
    case "code":
      return "</code>";
    case "pre":
      return mark.language === null ? "</pre>" : "</code></pre>";
    case "link":
      return "</a>";
    default:
      return mark satisfies never;
  }
}

function escapeAttribute(value: string): string {
  return escapeHtml(value).replaceAll('"', "&quot;");
}
