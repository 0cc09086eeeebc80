// Telegram's HTML dialect: text and entities, or the refusal that Telegram gives.
// Rules and wording: https://core.telegram.org/bots/api#html-style and the behaviour of the public Bot API server.

import { badRequest } from "./bot-api-error.ts";

export interface MessageEntity {
  readonly type: string;
  /** In UTF-16 units, as everywhere in the Bot API. */
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly custom_emoji_id?: string;
}

export interface FormattedText {
  readonly text: string;
  readonly entities: MessageEntity[];
}

interface OpenTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly offset: number;
  readonly entityIndex: number;
}

const simpleTags: Readonly<Record<string, string>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  "tg-spoiler": "spoiler",
  span: "spoiler",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  a: "text_link",
  "tg-emoji": "custom_emoji",
};

/** Throws BotApiError `Bad Request: can't parse entities: …` where Telegram would refuse the markup. */
export function parseHtml(source: string): FormattedText {
  const reader = new HtmlReader(source);
  return reader.read();
}

class HtmlReader {
  readonly #source: string;
  readonly #open: OpenTag[] = [];
  readonly #entities: MessageEntity[] = [];
  #text = "";
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): FormattedText {
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at];
      if (char === "&") this.#readReference();
      else if (char !== "<") {
        this.#text += char;
        this.#at += 1;
      } else if (this.#source[this.#at + 1] === "/") this.#readEndTag();
      else this.#readStartTag();
    }
    const unclosed = this.#open.at(-1);
    if (unclosed) throw refuse(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
    return { text: this.#text, entities: this.#entities.filter((entity) => entity.length > 0) };
  }

  #readReference(): void {
    const match = /^&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|amp|quot));?/i.exec(this.#source.slice(this.#at, this.#at + 16));
    const decoded = match && decodeReference(match);
    this.#text += decoded ?? "&";
    this.#at += match && decoded !== undefined && decoded !== null ? match[0].length : 1;
  }

  #readStartTag(): void {
    const begin = this.#at;
    const name = this.#take(/[^\s>]*/y).toLowerCase();
    const tag = name.slice(1);
    if (this.#at >= this.#source.length) throw this.#refuseAt("Unclosed start tag", begin);
    if (!Object.hasOwn(simpleTags, tag)) throw this.#refuseAt(`Unsupported start tag "${tag}"`, begin);
    const attributes = this.#readAttributes(tag, begin);
    if (tag === "span" && attributes.get("class") !== "tg-spoiler") {
      throw this.#refuseAt('Tag "span" must have class "tg-spoiler"', begin);
    }
    if (tag === "tg-emoji" && !/^\d+$/.test(attributes.get("emoji-id") ?? "")) {
      throw refuse("Invalid custom emoji identifier specified");
    }
    const offset = this.#text.length;
    this.#open.push({ name: tag, attributes, offset, entityIndex: this.#entities.length });
    // Telegram sorts entities by where they begin, the outer one first: the place is kept for it.
    this.#entities.push({ type: "placeholder", offset, length: 0 });
  }

  #readAttributes(tag: string, begin: number): Map<string, string> {
    const attributes = new Map<string, string>();
    while (true) {
      this.#take(/\s*/y);
      if (this.#source[this.#at] === ">") {
        this.#at += 1;
        return attributes;
      }
      const name = this.#take(/[^=\s>/"']*/y).toLowerCase();
      if (name === "") {
        if (this.#at >= this.#source.length) throw this.#refuseAt(`Unclosed start tag "${tag}"`, begin);
        throw this.#refuseAt(`Empty attribute name in the tag "${tag}"`, begin);
      }
      this.#take(/\s*/y);
      if (this.#source[this.#at] !== "=") {
        if (this.#at >= this.#source.length) throw this.#refuseAt(`Unclosed start tag "${tag}"`, begin);
        attributes.set(name, "");
        continue;
      }
      this.#at += 1;
      this.#take(/\s*/y);
      attributes.set(name, this.#readAttributeValue(begin));
    }
  }

  #readAttributeValue(begin: number): string {
    const quote = this.#source[this.#at];
    if (quote !== '"' && quote !== "'") return this.#take(/[A-Za-z0-9.-]*/y).toLowerCase();
    const end = this.#source.indexOf(quote, this.#at + 1);
    if (end < 0) throw this.#refuseAt("Unclosed start tag", begin);
    const raw = this.#source.slice(this.#at + 1, end);
    this.#at = end + 1;
    return raw.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|amp|quot));?/gi, (whole, decimal, hex, named) => {
      return decodeReference([whole, decimal, hex, named]) ?? whole;
    });
  }

  #readEndTag(): void {
    const begin = this.#at;
    const match = /<\/([^\s>]*)\s*>/y;
    match.lastIndex = begin;
    const found = match.exec(this.#source);
    if (!found) throw this.#refuseAt("Unclosed end tag", begin);
    const tag = this.#open.pop();
    if (!tag) throw this.#refuseAt("Unexpected end tag", begin);
    const name = (found[1] ?? "").toLowerCase();
    if (name !== "" && name !== tag.name) {
      throw this.#refuseAt(`Unmatched end tag`, begin, `, expected "</${tag.name}>", found "</${name}>"`);
    }
    this.#at = match.lastIndex;
    this.#entities[tag.entityIndex] = entityOf(tag, this.#text.slice(tag.offset), this.#entities);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #refuseAt(reason: string, index: number, tail = ""): Error {
    return refuse(`${reason} at byte offset ${Buffer.byteLength(this.#source.slice(0, index))}${tail}`);
  }
}

function refuse(reason: string): Error {
  return badRequest(`can't parse entities: ${reason}`);
}

function decodeReference(match: readonly (string | undefined)[]): string | undefined {
  const [, decimal, hex, named] = match;
  if (named !== undefined) return { lt: "<", gt: ">", amp: "&", quot: '"' }[named.toLowerCase()];
  const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff) ? String.fromCodePoint(code) : undefined;
}

function entityOf(tag: OpenTag, inner: string, entities: MessageEntity[]): MessageEntity {
  const place = { offset: tag.offset, length: inner.length };
  const type = simpleTags[tag.name] ?? tag.name;
  switch (tag.name) {
    case "a": {
      const url = tag.attributes.get("href") ?? inner;
      // A link that is none is shown as text, without an error.
      return isLink(url) ? { type, ...place, url } : { type, ...place, length: 0 };
    }
    case "tg-emoji":
      return { type, ...place, custom_emoji_id: tag.attributes.get("emoji-id") ?? "" };
    case "blockquote":
      return { type: tag.attributes.has("expandable") ? "expandable_blockquote" : type, ...place };
    case "pre": {
      const code = entities[tag.entityIndex + 1];
      if (code?.type === "code" && code.offset === tag.offset && code.length === inner.length && code.language) {
        entities[tag.entityIndex + 1] = { ...code, length: 0 };
        return { type, ...place, language: code.language };
      }
      return { type, ...place };
    }
    case "code": {
      const language = /^language-(.+)$/.exec(tag.attributes.get("class") ?? "")?.[1];
      return language === undefined ? { type, ...place } : { type, ...place, language };
    }
    default:
      return { type, ...place };
  }
}

function isLink(url: string): boolean {
  return /^(?:https?|tg|ton|mailto|tel):\S+$/i.test(url) || /^[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?$/.test(url);
}
