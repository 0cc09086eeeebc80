/** Takes the secrets that are known out of whatever leaves, plain and in the usual encodings. */
import { NeedleSearch } from "./needle-search.ts";
import { minSecretLength, needlesOf, type Needle } from "./needles.ts";
import { compactView, openEscapeAt, textViews, type TextView } from "./text-views.ts";

export const redacted = "[redacted]";

const base64FillLength = 3;
/** Of a text in pieces, in UTF-16 units: what may be the beginning of a secret does not wait without end. */
const longestWait = 64 * 1024;

/** From and to in the text. */
type Span = [start: number, end: number];

/**
 * Found are the values themselves, in base64 (wherever in it they begin, both alphabets), in hexadecimal, backwards, in URLs, as JSON or
 * HTML escapes, these up to three deep, and all of it with white space in between. Values of less than six characters are not looked for.
 */
export class Redactor {
  readonly #sources = new Map<string, readonly string[]>();
  #search: NeedleSearch | null = null;
  #version = 0;

  /** Another number after everything that becomes known or is forgotten. */
  get version(): number {
    return this.#version;
  }

  /** Another redactor, for what is known now from these sources alone. */
  only(sources: readonly string[]): Redactor {
    const some = new Redactor();
    for (const source of sources) some.know(source, this.#sources.get(source) ?? []);
    return some;
  }

  /** Replaces what is known from one source. Values that are too short or missing are left out. */
  know(source: string, values: readonly (string | undefined)[]): void {
    const known = values.filter((value) => value !== undefined && value.trim().length >= minSecretLength);
    this.#sources.set(source, known as string[]);
    this.#changed();
  }

  knows(source: string): boolean {
    return this.#sources.has(source);
  }

  forget(source: string): void {
    if (this.#sources.delete(source)) this.#changed();
  }

  /** The very same text when it holds nothing. */
  redact(text: string): string {
    if (text.length < minSecretLength) return text;
    const spans = this.spans(text);
    return spans.length === 0 ? text : withoutSpans(text, spans);
  }

  /** Of a text whose end was cut off: what may be the beginning of a secret there is left out as well. */
  redactCut(text: string): string {
    return this.redact(text.slice(0, this.safeLength(text)));
  }

  /** All texts in a value of objects and lists, names of fields not; `isOurs` names fields whose values are never somebody's words. */
  redactDeep<Value>(value: Value, isOurs: (field: string) => boolean = () => false): Value {
    return this.#deep(value, isOurs) as Value;
  }

  /** For text that comes in pieces. */
  stream(): RedactedStream {
    return new RedactedStream(this);
  }

  /** Where secrets are, in order, apart from each other. */
  spans(text: string): Span[] {
    return merged(this.#hits(text, textViews(text)).map(({ span }) => span));
  }

  /** From which sources the secrets are that stand in the text. Of bytes that are no text the escapes are not taken off: there are too many. */
  sourcesIn(text: string, kind: "text" | "bytes" = "text"): string[] {
    const search = this.#compiled();
    if (search.isEmpty || text.length < minSecretLength) return [];
    const views = kind === "text" ? textViews(text) : [compactView(text)];
    if (!isIn(search, views)) return [];
    // Only of a text that holds one: to look for each source alone takes as long for each.
    return [...this.#sources.keys()].filter((source) => isIn(this.#searchFor([source]), views));
  }

  /** As far as the text can be let go: what follows may be the beginning of a secret. */
  safeLength(text: string, kind: "text" | "bytes" = "text"): number {
    const search = this.#compiled();
    if (search.isEmpty) return text.length;
    let safe = text.length;
    const views = kind === "text" ? textViews(text) : [compactView(text)];
    for (const view of views) {
      const escape = openEscapeAt(view);
      safe = Math.min(safe, search.openAt(view, view.length), search.openAt(view, escape));
      if (escape < view.length) safe = Math.min(safe, view.from[escape]!);
    }
    const hits = this.#hits(text, views).toSorted((left, right) => right.span[0] - left.span[0]);
    for (const { span, isBase64 } of hits) {
      // What fills up base64 belongs to it, and may be still to come.
      const end = isBase64 ? span[1] + base64FillLength : span[1];
      if (end > safe && span[0] < safe) safe = span[0];
    }
    return safe;
  }

  #changed(): void {
    this.#search = null;
    this.#version += 1;
  }

  #hits(text: string, views: readonly TextView[]): { span: Span; isBase64: boolean }[] {
    const search = this.#compiled();
    const hits: { span: Span; isBase64: boolean }[] = [];
    if (search.isEmpty) return hits;
    for (const view of views) {
      search.find(view, ({ needle: { isBase64 }, start, end }) => {
        const span: Span = [start, end];
        hits.push({ span: isBase64 ? wholeBase64(text, span) : span, isBase64 });
      });
    }
    return hits;
  }

  #compiled(): NeedleSearch {
    this.#search ??= this.#searchFor([...this.#sources.keys()]);
    return this.#search;
  }

  #searchFor(sources: readonly string[]): NeedleSearch {
    const values = new Set(sources.flatMap((source) => this.#sources.get(source) ?? []));
    return new NeedleSearch([...values].flatMap((value) => [...needlesOf(value), ...peeledNeedles(value)]));
  }

  #deep(value: unknown, isOurs: (field: string) => boolean): unknown {
    if (typeof value === "string") return this.redact(value);
    if (Array.isArray(value)) return value.map((item) => this.#deep(item, isOurs));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([field, item]) => [
        field,
        typeof item === "string" && isOurs(field) ? item : this.#deep(item, isOurs),
      ]),
    );
  }
}

/**
 * A value may itself hold what looks like an escape (`"%aa` in JSON in a URL): with the layers around it that is taken off as well, so the
 * value is also looked for as that leaves it.
 */
function peeledNeedles(value: string): Needle[] {
  return textViews(value)
    .slice(1)
    .filter(({ length }) => length >= minSecretLength)
    .map(({ codes, length }) => ({ codes: codes.slice(0, length), isBase64: false }));
}

/** A text that comes in pieces: what may be the beginning of a secret waits for what follows it. */
export class RedactedStream {
  readonly #redactor: Redactor;
  #waiting = "";

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** What can be let go now. */
  push(piece: string): string {
    const text = this.#waiting + piece;
    const safe = Math.max(this.#redactor.safeLength(text), text.length - longestWait);
    this.#waiting = text.slice(safe);
    return this.#redactor.redact(text.slice(0, safe));
  }

  /** What still waited: nothing follows. */
  end(): string {
    const rest = this.#redactor.redact(this.#waiting);
    this.#waiting = "";
    return rest;
  }
}

function isIn(search: NeedleSearch, views: readonly TextView[]): boolean {
  let found = false;
  if (!search.isEmpty) for (const view of views) search.find(view, () => (found = true));
  return found;
}

/** The character before and after holds some of its bits, and what fills up the end is part of it. */
function wholeBase64(text: string, [start, end]: Span): Span {
  const from = /[A-Za-z0-9+/_-]/.test(text[start - 1] ?? "") ? start - 1 : start;
  const more = /^[A-Za-z0-9+/_-]?={0,2}/.exec(text.slice(end, end + 3));
  return [from, end + (more?.[0].length ?? 0)];
}

function merged(spans: Span[]): Span[] {
  const apart: Span[] = [];
  for (const [start, end] of spans.toSorted((left, right) => left[0] - right[0])) {
    const last = apart.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart;
}

function withoutSpans(text: string, spans: readonly Span[]): string {
  let result = "";
  let from = 0;
  for (const [start, end] of spans) {
    result += text.slice(from, start) + redacted;
    from = end;
  }
  return result + text.slice(from);
}
