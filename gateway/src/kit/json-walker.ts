/**
 * Walks JSON as its bytes come and shows what somebody asked for, at a cost that its length bounds. Own code, because a body is up to
 * 32 MiB of a hostile writer's: parsers make a value of every `{}` (over a gigabyte of them), streaming ones a token.
 */

/** What is wanted of one place; what no rule leads to is only looked at for its end. */
export interface JsonRule {
  /** A member of the object here, its name with escapes resolved; null: longer than anything that is known. */
  member?: (name: string | null) => JsonRule | null;
  /** Each element of the array here. */
  element?: JsonRule;
  /** Neither object nor array is here; undefined: a string too long to be kept. */
  scalar?: (value: string | number | boolean | null | undefined) => void;
  /** An object or array that is not empty is here. */
  filled?: () => void;
}

const maxDepth = 512;
/** Of a name or value that is kept, as written. */
const maxKeptBytes = 2048;

const atValue = 0;
const atValueOrEnd = 1;
const atNameOrEnd = 2;
const atName = 3;
const atColon = 4;
const afterValue = 5;
const inString = 6;
const inEscape = 7;
const inUnicodeEscape = 8;
const inNumber = 9;
const inWord = 10;
const broken = 11;

const quote = 0x22;
const backslash = 0x5c;

/** Numbers are taken as runs of what numbers are written with: only the reader of one needs to know whether it is one. */
const isOfNumber = new Uint8Array(256);
for (const byte of Buffer.from("0123456789+-.eE")) isOfNumber[byte] = 1;
const isHexadecimal = new Uint8Array(256);
for (const byte of Buffer.from("0123456789abcdefABCDEF")) isHexadecimal[byte] = 1;
const isEscapable = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrtu')) isEscapable[byte] = 1;
const words = [Buffer.from("true"), Buffer.from("false"), Buffer.from("null")];

export class JsonWalker {
  #state = atValue;
  #depth = 0;
  /** By depth: 1 is an object, 2 an array, plus 4 when something is in it. */
  readonly #kinds = new Uint8Array(maxDepth + 1);
  readonly #rules: (JsonRule | null)[] = [];
  /** Of the value that comes next. */
  #rule: JsonRule | null;
  #isName = false;
  #keeps = false;
  readonly #kept = Buffer.alloc(maxKeptBytes);
  #keptBytes = 0;
  #escaped = false;
  #word: Buffer = Buffer.alloc(0);
  #count = 0;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(rule: JsonRule) {
    this.#rule = rule;
  }

  /** The next bytes. False: this is no JSON, or is nested too deeply; the rest need not come. */
  push(bytes: Uint8Array): boolean {
    if (this.#state === broken) return false;
    try {
      // Who decodes leniently could find other names in it.
      this.#utf8.decode(bytes, { stream: true });
    } catch {
      return this.#fail();
    }
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      switch (this.#state) {
        case inString:
          if (byte === quote) {
            if (!this.#endString()) return this.#fail();
          } else if (byte < 0x20) return this.#fail();
          else {
            if (byte === backslash) {
              this.#state = inEscape;
              this.#escaped = true;
            }
            if (this.#keeps) this.#keep(byte);
            else at = skipPlain(bytes, at, this.#state === inString);
          }
          break;
        case inEscape:
          if (isEscapable[byte] === 0) return this.#fail();
          this.#count = 4;
          this.#state = byte === 0x75 ? inUnicodeEscape : inString;
          if (this.#keeps) this.#keep(byte);
          break;
        case inUnicodeEscape:
          if (isHexadecimal[byte] === 0) return this.#fail();
          this.#count -= 1;
          if (this.#count === 0) this.#state = inString;
          if (this.#keeps) this.#keep(byte);
          break;
        case inNumber:
          if (isOfNumber[byte] === 1) {
            if (this.#keeps) this.#keep(byte);
            break;
          }
          this.#endNumber();
          if (!this.#structure(byte)) return this.#fail();
          break;
        case inWord:
          if (byte !== this.#word[this.#count]) return this.#fail();
          this.#count += 1;
          if (this.#count === this.#word.length) this.#endWord();
          break;
        default:
          if (!this.#structure(byte)) return this.#fail();
      }
    }
    return true;
  }

  /** Whether what came is one whole value. */
  end(): boolean {
    if (this.#state === inNumber) this.#endNumber();
    return this.#state === afterValue && this.#depth === 0 && this.#isWholeText();
  }

  #isWholeText(): boolean {
    try {
      this.#utf8.decode();
      return true;
    } catch {
      return false;
    }
  }

  #fail(): false {
    this.#state = broken;
    return false;
  }

  #structure(byte: number): boolean {
    switch (byte) {
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        return true;
      case 0x7b: // {
        return this.#open(1);
      case 0x5b: // [
        return this.#open(2);
      case 0x7d: // }
        return this.#close(1, atNameOrEnd);
      case 0x5d: // ]
        return this.#close(2, atValueOrEnd);
      case 0x2c: // ,
        if (this.#state !== afterValue || this.#depth === 0) return false;
        if ((this.#kinds[this.#depth] ?? 0) & 1) this.#state = atName;
        else {
          this.#state = atValue;
          this.#rule = this.#rules[this.#depth]?.element ?? null;
        }
        return true;
      case 0x3a: // :
        if (this.#state !== atColon) return false;
        this.#state = atValue;
        return true;
      case quote:
        return this.#beginString();
      default:
        return this.#beginPlain(byte);
    }
  }

  /** A value begins: the first in an array or object fills it. False where none may. */
  #begins(): boolean {
    if (this.#state !== atValue && this.#state !== atValueOrEnd) return false;
    if (this.#state === atValueOrEnd) this.#fill();
    return true;
  }

  #fill(): void {
    const kind = this.#kinds[this.#depth] ?? 0;
    if (this.#depth === 0 || (kind & 4) !== 0) return;
    this.#kinds[this.#depth] = kind | 4;
    this.#rules[this.#depth]?.filled?.();
  }

  #open(kind: number): boolean {
    if (!this.#begins() || this.#depth === maxDepth) return false;
    this.#depth += 1;
    this.#kinds[this.#depth] = kind;
    this.#rules[this.#depth] = this.#rule;
    this.#state = kind === 1 ? atNameOrEnd : atValueOrEnd;
    if (kind === 2) this.#rule = this.#rule?.element ?? null;
    return true;
  }

  #close(kind: number, whenEmpty: number): boolean {
    if (this.#state !== afterValue && this.#state !== whenEmpty) return false;
    if (this.#depth === 0 || ((this.#kinds[this.#depth] ?? 0) & 3) !== kind) return false;
    this.#depth -= 1;
    this.#state = afterValue;
    return true;
  }

  #beginString(): boolean {
    this.#isName = this.#state === atName || this.#state === atNameOrEnd;
    if (this.#isName) {
      this.#fill();
      this.#keeps = this.#rules[this.#depth]?.member !== undefined;
    } else {
      if (!this.#begins()) return false;
      this.#keeps = this.#rule?.scalar !== undefined;
    }
    this.#state = inString;
    this.#keptBytes = 0;
    this.#escaped = false;
    return true;
  }

  #endString(): boolean {
    const isName = this.#isName;
    this.#state = isName ? atColon : afterValue;
    if (!this.#keeps) {
      if (isName) this.#rule = null;
      return true;
    }
    const text = this.#text();
    if (text === null) return false;
    if (isName) this.#rule = this.#rules[this.#depth]?.member?.(text ?? null) ?? null;
    else this.#rule?.scalar?.(text);
    return true;
  }

  /** Undefined: too long. Null: no string. */
  #text(): string | null | undefined {
    if (this.#keptBytes > maxKeptBytes) return undefined;
    const raw = this.#kept.toString("utf8", 0, this.#keptBytes);
    if (!this.#escaped) return raw;
    try {
      const text: unknown = JSON.parse(`"${raw}"`);
      return typeof text === "string" ? text : null;
    } catch {
      return null;
    }
  }

  #beginPlain(byte: number): boolean {
    if (!this.#begins()) return false;
    const word = words.find((candidate) => candidate[0] === byte);
    if (word) {
      this.#word = word;
      this.#count = 1;
      this.#state = inWord;
      return true;
    }
    if (isOfNumber[byte] === 0) return false;
    this.#keeps = this.#rule?.scalar !== undefined;
    this.#keptBytes = 0;
    if (this.#keeps) this.#keep(byte);
    this.#state = inNumber;
    return true;
  }

  #endNumber(): void {
    this.#state = afterValue;
    if (!this.#keeps) return;
    const raw = this.#keptBytes > maxKeptBytes ? "" : this.#kept.toString("latin1", 0, this.#keptBytes);
    this.#rule?.scalar?.(raw === "" ? Number.NaN : Number(raw));
  }

  #endWord(): void {
    this.#state = afterValue;
    const [first] = this.#word;
    this.#rule?.scalar?.(first === 0x6e ? null : first === 0x74);
  }

  #keep(byte: number): void {
    if (this.#keptBytes < maxKeptBytes) this.#kept[this.#keptBytes] = byte;
    this.#keptBytes = Math.min(maxKeptBytes + 1, this.#keptBytes + 1);
  }
}

/** The index of the last byte from `at` on that needs no look: neither ends the string nor escapes nor is forbidden in it. */
function skipPlain(bytes: Uint8Array, at: number, plain: boolean): number {
  if (!plain) return at;
  let next = at + 1;
  for (; next < bytes.length; next += 1) {
    const byte = bytes[next] ?? 0;
    if (byte === quote || byte === backslash || byte < 0x20) break;
  }
  return next - 1;
}
