/** Work on one key runs one after the other; other keys never wait for it. */
import { abortable } from "../kit/deadline.ts";

export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` when all earlier work on `key` has settled. Rejects with the signal's reason if it aborts while waiting. */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(key) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    // A waiter that gives up must not let its followers overtake the work before it.
    const tail = previous.then(() => promise);
    this.#tails.set(key, tail);
    let first = false;
    try {
      await abortable(previous, signal);
      first = true;
      return await work();
    } finally {
      resolve();
      if (first && this.#tails.get(key) === tail) this.#tails.delete(key);
      else void this.#forget(key, tail);
    }
  }

  /** Runs `work` only if nobody works on `key` or waits for it; otherwise resolves with undefined at once. */
  async tryRun<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    return this.#tails.has(key) ? undefined : this.run(key, signal, work);
  }

  async #forget(key: string, tail: Promise<void>): Promise<void> {
    await tail;
    if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }
}
