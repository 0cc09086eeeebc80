/** Reads Markdown with marked's lexer and lays it out for a chat: what Telegram has no markup for becomes text. */
import { Lexer, type Token, type Tokens } from "marked";
import { decodeCharacterReferences } from "./character-references.ts";
import { chatText } from "./chat-text.ts";
import { plainRichText, type RichText } from "./rich-text.ts";
import { RichTextWriter } from "./rich-text-writer.ts";
import { tableText } from "./table-text.ts";

// Past this an answer is a dump, not prose.
const longestParsed = 250_000;
const longestUrl = 2_048;

/** Never rejects: what the parser cannot take is shown as it is written. */
export function markdownToRichText(markdown: string): RichText {
  const source = chatText(markdown);
  if (source.length > longestParsed) return plainRichText(source);
  try {
    const writer = new RichTextWriter();
    writeBlocks(writer, new Lexer({ gfm: true }).lex(source), 2);
    return writer.finish();
  } catch {
    // Markup nested thousands deep overflows the stack of any recursive parser.
    return plainRichText(source);
  }
}

function writeBlocks(writer: RichTextWriter, tokens: readonly Token[], gap: 1 | 2): void {
  for (const token of tokens) {
    if (token.type === "space" || token.type === "def" || token.type === "checkbox") continue;
    writer.gap(gap);
    writeBlock(writer, token);
  }
}

function writeBlock(writer: RichTextWriter, token: Token): void {
  switch (token.type) {
    case "heading":
      return writer.marked({ type: "bold" }, () => writeInline(writer, token));
    case "code":
      return writer.code({ type: "pre", language: language(token.lang) }, withoutOuterLines(token.text));
    case "blockquote":
      return writer.marked({ type: "quote" }, () => writer.container(() => writeBlocks(writer, token.tokens ?? [], 2)));
    case "list":
      return writeList(writer, token as Tokens.List);
    case "table":
      return writeTable(writer, token as Tokens.Table);
    case "hr":
      return writer.write("———");
    case "html":
      return writer.write(withLineBreaks(token.text).trimEnd());
    default:
      return writeInline(writer, token);
  }
}

function writeList(writer: RichTextWriter, list: Tokens.List): void {
  const gap = list.loose ? 2 : 1;
  list.items.forEach((item, index) => {
    writer.gap(gap);
    const bullet = bulletOf(list, item, index);
    writer.write(bullet);
    writer.indented(" ".repeat(Math.min(bullet.length, 4)), () => writeBlocks(writer, item.tokens, gap));
  });
}

function bulletOf(list: Tokens.List, item: Tokens.ListItem, index: number): string {
  if (item.task) return item.checked ? "☑ " : "☐ ";
  return list.ordered ? `${(list.start === "" ? 1 : list.start) + index}. ` : "• ";
}

function writeTable(writer: RichTextWriter, table: Tokens.Table): void {
  const cellText = (cell: Tokens.TableCell): string => {
    const cellWriter = new RichTextWriter();
    for (const token of cell.tokens) writeInlineToken(cellWriter, token);
    return cellWriter.finish().text.replace(/\s+/g, " ").trim();
  };
  const rows = table.rows.map((row) => row.map(cellText));
  writer.code({ type: "pre", language: null }, tableText(table.header.map(cellText), rows, table.align));
}

function writeInline(writer: RichTextWriter, token: Token): void {
  const children = "tokens" in token ? token.tokens : undefined;
  if (children === undefined) return writeInlineToken(writer, token);
  for (const child of children) writeInlineToken(writer, child);
}

function writeInlineToken(writer: RichTextWriter, token: Token): void {
  switch (token.type) {
    case "strong":
      return writer.marked({ type: "bold" }, () => writeInline(writer, token));
    case "em":
      return writer.marked({ type: "italic" }, () => writeInline(writer, token));
    case "del":
      return writer.marked({ type: "strike" }, () => writeInline(writer, token));
    case "codespan":
      return writer.code({ type: "code" }, token.text);
    case "br":
      return writer.write("\n");
    case "link":
      return writeLink(writer, token as Tokens.Link);
    case "image":
      return writeLinked(writer, token.href, () => writer.write(decodeCharacterReferences(token.text) || token.href));
    case "html":
      return writer.write(withLineBreaks(token.text));
    case "checkbox":
      return;
    case "escape":
      return writer.write(token.text);
    case "text":
      if (token.tokens !== undefined) return writeInline(writer, token);
      return writer.write(decodeCharacterReferences(token.text));
    default:
      return writer.write(token.raw);
  }
}

function writeLink(writer: RichTextWriter, link: Tokens.Link): void {
  const isLiteral = link.autolink === true;
  writeLinked(writer, link.href, () => (isLiteral ? writer.write(link.text) : writeInline(writer, link)));
}

/** Tags mean nothing to Telegram and are shown as they are written, except the one that models use in prose and tables. */
function withLineBreaks(html: string): string {
  return html.replace(/<br\s*\/?>\n?/gi, "\n");
}

/** Relative targets (files of the workspace) lead nowhere in Telegram: their text is enough. */
function writeLinked(writer: RichTextWriter, href: string, content: () => void): void {
  const url = decodeCharacterReferences(href);
  const isUsable = url.length <= longestUrl && /^(?:https?:\/\/|tg:\/\/|mailto:|tel:)\S+$/i.test(url);
  return isUsable ? writer.marked({ type: "link", url }, content) : content();
}

function language(info: string | undefined): string | null {
  const name = info?.trim().split(/[\s{,:]/)[0] ?? "";
  return /^[A-Za-z0-9_+#.-]{1,32}$/.test(name) ? name : null;
}

function withoutOuterLines(code: string): string {
  return code.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
}
