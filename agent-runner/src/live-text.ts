/** The live view of a turn: pieces of text and thinking, gathered so that at most about twenty a second travel. */
import type { LiveOutput } from "@praktor/protocol/agent-output";

type LiveType = LiveOutput["type"];
export type PublishPiece = (type: LiveType, index: number, content: string) => void;

const windowMs = 100;
/** Far below NATS' 1 MiB, also when every character needs six bytes as JSON. */
const maxPieceChars = 64 * 1024;

/** The first piece after a pause leaves at once, what follows within 100 ms leaves together. Each type counts its own pieces. */
export class LiveText {
  readonly #publish: PublishPiece;
  readonly #now: () => number;
  readonly #pending: Record<LiveType, string> = { text: "", thinking: "" };
  readonly #nextIndex: Record<LiveType, number> = { text: 0, thinking: 0 };
  #timer: NodeJS.Timeout | null = null;
  #lastFlush = -Infinity;

  constructor(publish: PublishPiece, now: () => number) {
    this.#publish = publish;
    this.#now = now;
  }

  add(type: LiveType, content: string): void {
    this.#pending[type] += content;
    const restMs = this.#lastFlush + windowMs - this.#now();
    if (restMs <= 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), restMs);
  }

  /** Sends what waits. A fact that follows the text must call this first: order is the order of sending. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const type of ["thinking", "text"] as const) {
      const content = this.#pending[type];
      this.#pending[type] = "";
      for (let start = 0; start < content.length; start += maxPieceChars) {
        this.#publish(type, this.#nextIndex[type], content.slice(start, start + maxPieceChars));
        this.#nextIndex[type] += 1;
        this.#lastFlush = this.#now();
      }
    }
  }
}
