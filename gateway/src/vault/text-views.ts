/** A text as it is, without white space, and with what wraps its characters taken off, layer by layer; every character knows where it came from. */
import { codesOf } from "./needles.ts";

export interface TextView {
  codes: Uint16Array;
  length: number;
  /** Where in the text each character begins. */
  from: Int32Array;
  /** Where it ends; null: one further on. */
  to: Int32Array | null;
  /** What was taken off, of each view that this one was peeled from. */
  seams: readonly Seam[];
}

/**
 * The escapes that were taken off a view. One may have been none: a `%` of the text before a value that begins with two digits. The value then
 * begins within the escape, as it stands there, and goes on in the peeled view.
 */
export interface Seam {
  source: TextView;
  count: number;
  /** In the source. */
  starts: Int32Array;
  ends: Int32Array;
  /** Where the peeled view goes on. */
  next: Int32Array;
}

/** JSON in JSON in a URL; whoever wraps more often could as well encrypt. */
const mostLayers = 3;
const percent = 0x25;
const ampersand = 0x26;
const backslash = 0x5c;
const kinds = [percent, ampersand, backslash];

/** By code: what stands after a backslash for one character; 0: nothing that is known. */
const escapes = new Uint16Array(128);
for (const [letter, code] of Object.entries({ b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "'": 39, "/": 47 })) {
  escapes[letter.charCodeAt(0)] = code;
}
escapes[backslash] = backslash;
/** By code, in Markdown: what may have a backslash, and is shown without it. */
const marks = new Uint16Array(128);
for (const mark of String.raw`!"#$%&'()*+,-./:;<=>?@[\]^_{|}~` + "`") marks[mark.charCodeAt(0)] = mark.charCodeAt(0);
const entities: Readonly<Record<string, number>> = { amp: 38, lt: 60, gt: 62, quot: 34, apos: 39, nbsp: 32 };
/** By code up to the no-break space: 0 for white space, 1 for the rest. Without a branch, because nothing foretells it. */
const kept = new Uint8Array(0xa1).fill(1);
for (const space of [9, 10, 11, 12, 13, 32, 0xa0]) kept[space] = 0;

/** At least the text without white space. */
export function textViews(text: string): TextView[] {
  const compact = compactView(text);
  const views = [compact];
  const present = kinds.filter((kind) => text.includes(String.fromCharCode(kind)));
  if (present.length === 0) return views;
  if (present.length > 1) {
    // One kind by itself: what stands before a value may look like an escape of another kind.
    for (const kind of present) {
      const peeled = peel(compact, [kind]);
      if (peeled) views.push(peeled);
    }
  }
  let view = compact;
  for (let layer = 0; layer < mostLayers; layer += 1) {
    const peeled = peel(view, kinds);
    if (!peeled) break;
    views.push(peeled);
    view = peeled;
  }
  // Markdown is escaped before it is put into anything; what else has the same escapes is peeled already.
  if (/\\[!#-.:-@[\]^-`{-~]/.test(text)) views.push(...views.flatMap((one) => peel(one, [backslash], marks) ?? []));
  return views;
}

/** Where in the text the character before `end` ends. */
export function endInText({ from, to }: TextView, end: number): number {
  return to === null ? from[end - 1]! + 1 : to[end - 1]!;
}

/** Where an escape that may go on begins at the view's end (half a character in UTF-8, too); the view's length where none does. */
export function openEscapeAt({ codes, length }: TextView): number {
  const tail = String.fromCharCode(...codes.subarray(Math.max(0, length - 12), length));
  const open = /[\u0080-\u00ff]{0,3}(?:%[0-9a-f]?|\\(?:u\{?[0-9a-f]{0,5}|x[0-9a-f]?)?|&[#\w]{0,8}){0,3}$/i.exec(tail);
  return length - (open?.[0].length ?? 0);
}

function isKept(code: number): number {
  return code < kept.length ? kept[code]! : 1;
}

/** Only without white space: for what is no text. */
export function compactView(text: string): TextView {
  const all = codesOf(text);
  const codes = new Uint16Array(all.length);
  const from = new Int32Array(all.length);
  let length = 0;
  for (let index = 0; index < all.length; index += 1) {
    const code = all[index]!;
    codes[length] = code;
    from[length] = index;
    length += isKept(code);
  }
  return { codes, length, from, to: null, seams: [] };
}

/** One layer less of these kinds; null when there is none. `simple`: by code, what stands after a backslash for one character. */
function peel(view: TextView, wanted: readonly number[], simple = escapes): TextView | null {
  const { length } = view;
  const source = { codes: view.codes, from: view.from, to: view.to ?? view.from.map((start) => start + 1) };
  const codes = new Uint16Array(length);
  const from = new Int32Array(length);
  const to = new Int32Array(length);
  let size = 0;
  const seam = emptySeam(view);
  for (let index = 0; index < length;) {
    const code = source.codes[index]!;
    let end = index + 1;
    let units: readonly number[] | null = null;
    let first = code;
    let isEscape = false;
    if ((code === percent || code === ampersand || code === backslash) && wanted.includes(code)) {
      const next = end < length ? source.codes[end]! : 0;
      const isSimple = code === backslash && next < simple.length && simple[next] !== 0;
      const unit = isSimple || simple === marks ? null : unitAt(view, index);
      const unitEnd = isSimple ? index + 2 : index + (unit?.length ?? 0);
      if (unitEnd > index && isUnbroken(source, index, unitEnd)) {
        seam.starts[seam.count] = index;
        seam.ends[seam.count] = unitEnd;
        seam.count += 1;
        isEscape = true;
        end = unitEnd;
        if (isSimple) first = simple[next]!;
        else units = unit?.codes ?? null;
      }
    }
    const start = source.from[index]!;
    const stop = source.to[end - 1]!;
    for (let unit = 0; unit < (units?.length ?? 1); unit += 1) {
      const put = units === null ? first : units[unit]!;
      codes[size] = put;
      from[size] = start;
      to[size] = stop;
      size += isKept(put);
    }
    if (isEscape) seam.next[seam.count - 1] = size;
    index = end;
  }
  if (seam.count === 0) return null;
  const peeled: TextView = { codes, length: size, from, to, seams: [] };
  return { ...peeled, seams: [...view.seams.map((older) => carried(older, view, peeled)), seam] };
}

function emptySeam(source: TextView): Seam {
  // The shortest escape has two characters.
  const most = source.length >> 1;
  return { source, count: 0, starts: new Int32Array(most), ends: new Int32Array(most), next: new Int32Array(most) };
}

/** The same seam, where a view that was peeled further goes on. */
function carried(seam: Seam, view: TextView, peeled: TextView): Seam {
  const next = new Int32Array(seam.count);
  let at = 0;
  for (let index = 0; index < seam.count; index += 1) {
    const place = seam.next[index]! < view.length ? view.from[seam.next[index]!]! : Infinity;
    while (at < peeled.length && peeled.from[at]! < place) at += 1;
    next[index] = at;
  }
  return { ...seam, next };
}

/** White space within: it is no escape. */
function isUnbroken({ from, to }: { from: Int32Array; to: Int32Array }, start: number, end: number): boolean {
  for (let index = start + 1; index < end; index += 1) if (from[index] !== to[index - 1]) return false;
  return true;
}

/** What stands for a character, or for one of several units of one. */
function unitAt(view: TextView, start: number): Unit | null {
  const code = view.codes[start];
  if (code === percent) return percentUnit(view, start);
  return code === backslash ? escapeUnit(view, start) : entityUnit(view, start);
}

interface Unit {
  codes: number[];
  /** In the view that it was read from. */
  length: number;
}

/** One character: as many bytes as its UTF-8 has. */
function percentUnit(view: TextView, start: number): Unit | null {
  const first = percentByte(view, start);
  if (first === null) return null;
  const wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  const bytes = [first];
  for (let index = start + 3; bytes.length < wanted; index += 3) {
    const next = percentByte(view, index);
    if (next === null || (next & 0xc0) !== 0x80) break;
    bytes.push(next);
  }
  if (wanted > 1 && bytes.length === wanted) {
    return { codes: [...codesOf(Buffer.from(bytes).toString("utf8"))], length: wanted * 3 };
  }
  return { codes: [first], length: 3 };
}

function percentByte({ codes, length }: TextView, start: number): number | null {
  return start + 2 < length && codes[start] === percent ? hexOf(codes, start + 1, 2) : null;
}

function escapeUnit({ codes, length }: TextView, start: number): Unit | null {
  const kind = String.fromCharCode(codes[start + 1] ?? 0);
  if (kind === "x" && start + 3 < length) return unitOf(hexOf(codes, start + 2, 2), 4);
  if (kind !== "u") return null;
  if (codes[start + 2] !== 0x7b) return start + 5 < length ? unitOf(hexOf(codes, start + 2, 4), 6) : null;
  const braced = /^\{([0-9a-f]{1,6})\}/i.exec(String.fromCharCode(...codes.subarray(start + 2, start + 10)));
  return braced ? pointUnit(Number.parseInt(braced[1]!, 16), 2 + braced[0].length) : null;
}

function entityUnit({ codes, length }: TextView, start: number): Unit | null {
  const text = String.fromCharCode(...codes.subarray(start + 1, Math.min(length, start + 11)));
  const found = /^(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/i.exec(text);
  if (!found) return null;
  const [whole, decimal, hex, name] = found;
  if (name !== undefined) return pointUnit(entities[name] ?? Infinity, 1 + whole.length);
  return pointUnit(Number.parseInt(decimal ?? hex ?? "", decimal === undefined ? 16 : 10), 1 + whole.length);
}

function pointUnit(point: number, length: number): Unit | null {
  return point <= 0x10_ff_ff ? { codes: [...codesOf(String.fromCodePoint(point))], length } : null;
}

function unitOf(code: number | null, length: number): Unit | null {
  return code === null ? null : { codes: [code], length };
}

/** Null when one of the characters is no hexadecimal digit. */
function hexOf(codes: Uint16Array, start: number, digits: number): number | null {
  let value = 0;
  for (let index = start; index < start + digits; index += 1) {
    const code = codes[index]!;
    const letter = code | 0x20;
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (letter >= 0x61 && letter <= 0x66) value = value * 16 + letter - 87;
    else return null;
  }
  return value;
}
