/** What has arrived and waits to be worked on, sender by sender, so that one who sends too much holds up nobody else. */
import type { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";

export interface IntakeBounds {
  /** Of one sender, worked on side by side. */
  atOnce: number;
  /** Of one sender, waiting. */
  waiting: number;
  waitingBytes: number;
}

export interface IntakeOptions<Item> {
  bounds: IntakeBounds;
  /** Owns the work, and is told when it fails; the next item is taken all the same. */
  background: Background;
  sizeOf: (item: Item) => number;
  work: (item: Item) => Promise<void>;
  /** Told of each item that is dropped because it is over the bounds. */
  onDropped?: (item: Item) => void;
  /** Told at once that a sender's items are dropped, and as long as that goes on once a minute, with their number since. */
  onFull: (sender: string, dropped: number) => void;
  clock: Clock;
}

interface Line<Item> {
  working: number;
  waiting: Item[];
  /** Index of the next one: to take from the front of a long array is slow. */
  next: number;
  waitingBytes: number;
}

/** What of a sender was dropped. */
interface Told {
  atMs: number;
  /** Since then. */
  dropped: number;
}

const tellEveryMs = 60_000;

const compactAfter = 256;

export class Intake<Item extends object> {
  readonly #options: IntakeOptions<Item>;
  readonly #lines = new Map<string, Line<Item>>();
  readonly #told = new Map<string, Told>();

  constructor(options: IntakeOptions<Item>) {
    this.#options = options;
  }

  /** Senders with anything at work. */
  get size(): number {
    return this.#lines.size;
  }

  /** Works on it now, or later in the order of arrival, or, over the bounds, never. */
  take(sender: string, item: Item): void {
    const { bounds, sizeOf, onDropped } = this.#options;
    let line = this.#lines.get(sender);
    if (!line) {
      line = { working: 0, waiting: [], next: 0, waitingBytes: 0 };
      this.#lines.set(sender, line);
    }
    if (line.working < bounds.atOnce) {
      this.#start(sender, line, item);
      return;
    }
    const bytes = sizeOf(item);
    if (line.waiting.length - line.next < bounds.waiting && line.waitingBytes + bytes <= bounds.waitingBytes) {
      line.waiting.push(item);
      line.waitingBytes += bytes;
    } else {
      onDropped?.(item);
      this.#tell(sender);
    }
  }

  /** What waits of these senders is never worked on; what is at work goes on. */
  drop(isGone: (sender: string) => boolean): void {
    for (const [sender, line] of this.#lines) {
      if (!isGone(sender)) continue;
      line.waiting = [];
      line.next = 0;
      line.waitingBytes = 0;
    }
  }

  #tell(sender: string): void {
    const now = this.#options.clock.now();
    const told = this.#told.get(sender);
    if (told && now - told.atMs < tellEveryMs) {
      told.dropped += 1;
      return;
    }
    for (const [name, { atMs }] of this.#told) if (now - atMs >= tellEveryMs) this.#told.delete(name);
    this.#told.set(sender, { atMs: now, dropped: 0 });
    this.#options.onFull(sender, (told?.dropped ?? 0) + 1);
  }

  #start(sender: string, line: Line<Item>, item: Item): void {
    line.working += 1;
    this.#options.background.run(async () => {
      try {
        await this.#options.work(item);
      } finally {
        line.working -= 1;
        const next = this.#nextOf(line);
        if (next) this.#start(sender, line, next);
        else if (line.working === 0) this.#lines.delete(sender);
      }
    });
  }

  #nextOf(line: Line<Item>): Item | undefined {
    const item = line.waiting[line.next];
    if (item) {
      line.next += 1;
      line.waitingBytes -= this.#options.sizeOf(item);
    }
    if (!item || line.next >= compactAfter) {
      line.waiting = line.waiting.slice(line.next);
      line.next = 0;
    }
    return item;
  }
}
