/** Finds many needles at once in one pass that skips most of the text (Wu and Manber's search on blocks of three characters). */
import type { Needle } from "./needles.ts";
import { endInText, type Seam, type TextView } from "./text-views.ts";

export interface Hit {
  needle: Needle;
  /** In the text. */
  start: number;
  end: number;
}

const tableSize = 1 << 17;
const blockLength = 3;

export class NeedleSearch {
  readonly #needles: readonly Needle[];
  /** Of the shortest needle: the window that is moved over the text. */
  readonly #window: number;
  readonly #longest: number;
  readonly #shifts: Uint8Array;
  readonly #candidates = new Map<number, Needle[]>();
  readonly #byFirst = new Map<number, Needle[]>();
  /** By a needle's first block, whether there is one. */
  readonly #isBeginning = new Uint8Array(tableSize);
  readonly #byBeginning = new Map<number, Needle[]>();

  constructor(needles: readonly Needle[]) {
    this.#needles = needles;
    this.#window = Math.min(200, ...needles.map(({ codes }) => codes.length));
    this.#longest = Math.max(0, ...needles.map(({ codes }) => codes.length));
    this.#shifts = new Uint8Array(tableSize).fill(this.#window - blockLength + 1);
    for (const needle of needles) this.#add(needle);
  }

  get isEmpty(): boolean {
    return this.#needles.length === 0;
  }

  find(view: TextView, onHit: (hit: Hit) => void): void {
    this.#findWithin(view, onHit);
    for (const seam of view.seams) this.#findAcross(view, seam, onHit);
  }

  #findWithin(view: TextView, onHit: (hit: Hit) => void): void {
    const { codes, length } = view;
    const window = this.#window;
    const shifts = this.#shifts;
    for (let end = window - 1; end < length;) {
      const block = hash(codes[end - 2]!, codes[end - 1]!, codes[end]!);
      const shift = shifts[block]!;
      if (shift > 0) {
        end += shift;
        continue;
      }
      const start = end - window + 1;
      for (const needle of this.#candidates.get(block) ?? []) {
        if (start + needle.codes.length <= length && agrees(codes, start, needle.codes, needle.codes.length)) {
          onHit({ needle, start: view.from[start]!, end: endInText(view, start + needle.codes.length) });
        }
      }
      end += 1;
    }
  }

  /** What begins within an escape that was none, and ends after it. */
  #findAcross(view: TextView, seam: Seam, onHit: (hit: Hit) => void): void {
    const { source } = seam;
    for (let index = 0; index < seam.count; index += 1) {
      const end = seam.ends[index]!;
      const next = seam.next[index]!;
      for (let start = seam.starts[index]! + 1; start < end; start += 1) {
        const block = hash(
          codeAcross(view, seam, index, start),
          codeAcross(view, seam, index, start + 1),
          codeAcross(view, seam, index, start + 2),
        );
        if (this.#isBeginning[block] === 0) continue;
        for (const needle of this.#byBeginning.get(block) ?? []) {
          const stop = next + needle.codes.length - (end - start);
          if (stop <= next || stop > view.length) continue;
          if (!agreesAcross(view, seam, index, start, needle.codes, needle.codes.length)) continue;
          onHit({ needle, start: source.from[start]!, end: endInText(view, stop) });
        }
      }
    }
  }

  /** The first place in the text from which the view, as far as `end`, is how a needle begins; `Infinity` where there is none. */
  openAt(view: TextView, end: number): number {
    const within = this.#openWithin(view, end);
    return Math.min(within, ...view.seams.map((seam) => this.#openAcross(view, seam, end)));
  }

  #openWithin({ codes, from }: TextView, end: number): number {
    for (let start = Math.max(0, end - this.#longest); start < end; start += 1) {
      for (const needle of this.#byFirst.get(codes[start]!) ?? []) {
        if (end - start < needle.codes.length && agrees(codes, start, needle.codes, end - start)) return from[start]!;
      }
    }
    return Infinity;
  }

  #openAcross(view: TextView, seam: Seam, end: number): number {
    const { source, starts, ends, next } = seam;
    let open = Infinity;
    for (let index = seam.count - 1; index >= 0 && next[index]! >= end - this.#longest; index -= 1) {
      const rest = end - next[index]!;
      if (rest < 0) continue;
      for (let start = starts[index]! + 1; start < ends[index]!; start += 1) {
        const length = ends[index]! - start + rest;
        for (const needle of this.#byFirst.get(source.codes[start]!) ?? []) {
          const isOpen = length < needle.codes.length && agreesAcross(view, seam, index, start, needle.codes, length);
          if (isOpen) open = Math.min(open, source.from[start]!);
        }
      }
    }
    return open;
  }

  #add(needle: Needle): void {
    const { codes } = needle;
    for (let end = blockLength - 1; end < this.#window; end += 1) {
      const block = hash(codes[end - 2]!, codes[end - 1]!, codes[end]!);
      const shift = this.#window - 1 - end;
      this.#shifts[block] = Math.min(this.#shifts[block]!, shift);
      if (shift === 0) push(this.#candidates, block, needle);
    }
    push(this.#byFirst, codes[0]!, needle);
    const beginning = hash(codes[0]!, codes[1]!, codes[2]!);
    this.#isBeginning[beginning] = 1;
    push(this.#byBeginning, beginning, needle);
  }
}

function hash(first: number, second: number, third: number): number {
  return (Math.imul(first, 0x9e_37_79_b1) ^ Math.imul(second, 0x85_eb_ca_6b) ^ Math.imul(third, 0xc2_b2_ae_35)) >>> 15;
}

function agrees(codes: Uint16Array, start: number, needle: Uint16Array, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (codes[start + index] !== needle[index]) return false;
  return true;
}

function agreesAcross(
  view: TextView,
  seam: Seam,
  index: number,
  start: number,
  needle: Uint16Array,
  length: number,
): boolean {
  for (let at = 0; at < length; at += 1) if (codeAcross(view, seam, index, start + at) !== needle[at]) return false;
  return true;
}

/** `at` in the source; where the escape is over, in the peeled view. */
function codeAcross(view: TextView, { source, ends, next }: Seam, index: number, at: number): number {
  const end = ends[index]!;
  return (at < end ? source.codes[at] : view.codes[next[index]! + at - end]) ?? 0;
}

function push(map: Map<number, Needle[]>, key: number, needle: Needle): void {
  const known = map.get(key);
  if (known) known.push(needle);
  else map.set(key, [needle]);
}
