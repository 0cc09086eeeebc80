/** The last frames, numbered without a gap, kept for clients that were away or are slow. */

export interface RingLimits {
  maxFrames: number;
  maxBytes: number;
}

export class EventRing {
  readonly #limits: RingLimits;
  /** Circular: the frame of `seq` lies at `seq % maxFrames`. */
  readonly #frames: string[] = [];
  #bytes = 0;
  #oldest = 1;
  #last = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** The number of the newest frame; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** `encode` gets the frame's number. */
  push(encode: (seq: number) => string): void {
    const frame = encode(this.#last + 1);
    if (this.#last - this.#oldest + 1 === this.#limits.maxFrames) this.#dropOldest();
    this.#last += 1;
    this.#frames[this.#last % this.#limits.maxFrames] = frame;
    this.#bytes += frame.length;
    while (this.#bytes > this.#limits.maxBytes && this.#oldest < this.#last) this.#dropOldest();
  }

  /** Undefined when it is gone, or not there yet. */
  get(seq: number): string | undefined {
    return seq >= this.#oldest && seq <= this.#last ? this.#frames[seq % this.#limits.maxFrames] : undefined;
  }

  /** Can a client that has seen `seq` get everything that came after it? */
  reaches(seq: number): boolean {
    return seq >= this.#oldest - 1 && seq <= this.#last;
  }

  #dropOldest(): void {
    const index = this.#oldest % this.#limits.maxFrames;
    this.#bytes -= this.#frames[index]?.length ?? 0;
    this.#frames[index] = "";
    this.#oldest += 1;
  }
}
