/** Owner of promises that nobody awaits: failures are reported, and disposal waits for all of them. */
import { isAbort } from "./praktor-error.ts";

export class Background implements AsyncDisposable {
  readonly #running = new Set<Promise<void>>();
  readonly #controller = new AbortController();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Aborts when this owner is disposed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Starts `work` at once. After disposal it is not started: there is nobody left to own it. */
  run(work: (signal: AbortSignal) => Promise<void>): void {
    if (this.signal.aborted) return;
    const promise = work(this.signal)
      .catch((error: unknown) => {
        if (!(this.signal.aborted && isAbort(error))) this.#onError(error);
      })
      .finally(() => this.#running.delete(promise));
    this.#running.add(promise);
  }

  /** Waits until nothing runs, also what is started meanwhile. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort(new DOMException("stopped", "AbortError"));
    await this.idle();
  }
}
