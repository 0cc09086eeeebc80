/** Finds many needles at once in one pass that skips most of the text (Wu and Manber's search on blocks of three characters). */
import type { Needle } from "./needles.ts";
import type { TextView } from "./text-views.ts";

export interface Hit {
  needle: Needle;
  /** In the view. */
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

  find({ codes, length }: TextView, onHit: (hit: Hit) => void): void {
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
          onHit({ needle, start, end: start + needle.codes.length });
        }
      }
      end += 1;
    }
  }

  /** The first place before `end` from which the view, as far as `end`, is how a needle begins; `end` where there is none. */
  openAt({ codes }: TextView, end: number): number {
    for (let start = Math.max(0, end - this.#longest); start < end; start += 1) {
      for (const needle of this.#byFirst.get(codes[start]!) ?? []) {
        if (end - start < needle.codes.length && agrees(codes, start, needle.codes, end - start)) return start;
      }
    }
    return end;
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
  }
}

function hash(first: number, second: number, third: number): number {
  return (Math.imul(first, 0x9e_37_79_b1) ^ Math.imul(second, 0x85_eb_ca_6b) ^ Math.imul(third, 0xc2_b2_ae_35)) >>> 15;
}

function agrees(codes: Uint16Array, start: number, needle: Uint16Array, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (codes[start + index] !== needle[index]) return false;
  return true;
}

function push(map: Map<number, Needle[]>, key: number, needle: Needle): void {
  const known = map.get(key);
  if (known) known.push(needle);
  else map.set(key, [needle]);
}
