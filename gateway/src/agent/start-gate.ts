/** Lets only a few sandboxes start at a time: with all at once on a small machine, each is as late as the last. */
import { abortable } from "../kit/deadline.ts";

export class StartGate {
  readonly #longestMs: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** A start that takes longer than `longestMs` no longer keeps others waiting. */
  constructor(places: number, longestMs: number) {
    this.#free = places;
    this.#longestMs = longestMs;
  }

  /** Resolves in the order of the calls; dispose of the result when the start is over. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let isInside = true;
    const leave = (): void => {
      if (!isInside) return;
      isInside = false;
      clearTimeout(timer);
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    };
    const timer = setTimeout(leave, this.#longestMs);
    return { [Symbol.dispose]: leave };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    try {
      await abortable(promise, signal);
    } catch (error) {
      const place = this.#waiting.indexOf(resolve);
      if (place >= 0) this.#waiting.splice(place, 1);
      // Its turn had come in the same moment: it goes to the next.
      else if (this.#waiting.length > 0) this.#waiting.shift()?.();
      else this.#free += 1;
      throw error;
    }
  }
}
