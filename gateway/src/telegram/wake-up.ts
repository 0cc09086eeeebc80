/** A wait that ends early when there is something to do; a wake-up that comes before the wait is not lost. */

export class WakeUp {
  #woken = false;
  #end: (() => void) | null = null;

  wake(): void {
    this.#woken = true;
    this.#end?.();
  }

  /** Resolves when woken, after `delayMs`, or when the signal aborts; the wake-up is used up. */
  async wait(delayMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, delayMs);
      const onAbort = (): void => resolve();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#end = resolve;
      await promise;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      this.#end = null;
    }
    this.#woken = false;
  }
}
