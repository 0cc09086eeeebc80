/** An answer of the model on its way to its caller: metered as it passes, and still when the caller has gone before it was counted. */
import type { UsageMeter } from "../usage/usage-meter.ts";

/** `cut`: by the endpoint. `timed out`: by us, when nothing came for long. `given up`: by its caller. */
export type AnswerEnd = "whole" | "cut" | "timed out" | "given up";

export interface MeteredAnswerOptions {
  answer: ReadableStream<Uint8Array>;
  meter: UsageMeter;
  /** Aborts when the caller has gone. */
  caller: AbortSignal;
  /** Whether nothing is to be learned from reading on that the call would not cost for it. */
  isCounted: () => boolean;
  /** For how long an answer that its caller gave up is read on; 0: not at all. Asked once, where there is more to be learned. */
  lingerMs: () => number;
  /** Ends the call to the endpoint. */
  stop: () => void;
  /** Aborts when nothing is read on any more. */
  closing: AbortSignal;
  /** Called once. */
  onEnd: (how: AnswerEnd) => void;
}

export class MeteredAnswer {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: MeteredAnswerOptions;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #isEnded = false;
  #givingUp: Promise<void> | null = null;

  constructor(options: MeteredAnswerOptions) {
    this.#options = options;
    this.#reader = options.answer.getReader();
    this.body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          const bytes = await this.#next();
          if (bytes === null) controller.close();
          else controller.enqueue(bytes);
        } catch (error) {
          if (!options.caller.aborted) controller.error(error);
          else if (controller.desiredSize !== null) controller.close();
        }
      },
      cancel: () => this.#giveUp(),
    });
    // Also where nobody reads the answer any more: what it may cost is reserved until its end.
    const { caller } = options;
    if (caller.aborted) void this.#giveUp();
    else caller.addEventListener("abort", () => void this.#giveUp(), { once: true });
  }

  /** Null: it has ended. */
  async #next(): Promise<Uint8Array | null> {
    try {
      const next = await this.#reader.read();
      if (next.done) {
        this.#end("whole");
        return null;
      }
      this.#options.meter.push(next.value);
      return next.value;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : null;
      this.#end(this.#options.caller.aborted ? "given up" : hasTimedOut(cause) ? "timed out" : "cut");
      throw error;
    }
  }

  /** Never rejects. */
  #giveUp(): Promise<void> {
    this.#givingUp ??= this.#linger();
    return this.#givingUp;
  }

  async #linger(): Promise<void> {
    const { isCounted, stop, closing } = this.#options;
    const lingerMs = this.#isEnded || isCounted() ? 0 : this.#options.lingerMs();
    const timer = setTimeout(stop, lingerMs);
    closing.addEventListener("abort", stop, { once: true });
    try {
      if (lingerMs > 0) while (!this.#isEnded && !isCounted()) await this.#next();
    } catch {
      // It was stopped, or has broken off.
    } finally {
      clearTimeout(timer);
      closing.removeEventListener("abort", stop);
      this.#end("given up");
      stop();
    }
  }

  #end(how: AnswerEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#options.onEnd(how);
  }
}

/** Whether it was `fetch` that gave up: the endpoint may have been at work all the while. */
export function hasTimedOut(cause: unknown): boolean {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  return code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
}
