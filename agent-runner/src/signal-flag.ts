/** A condition that others can wait for, again and again. */

export class SignalFlag {
  #up = false;
  #waiters = new Set<() => void>();

  get isUp(): boolean {
    return this.#up;
  }

  raise(): void {
    this.#up = true;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  lower(): void {
    this.#up = false;
  }

  /** Resolves at once while the flag is up; rejects with the signal's reason. */
  async whenUp(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#up) return;
    await new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiters.delete(wake);
        reject(signal.reason as Error);
      };
      this.#waiters.add(wake);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
