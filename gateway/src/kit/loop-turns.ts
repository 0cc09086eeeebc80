/** Turns for long work on the event loop: one short piece a round, the names by turns, so that all of it together delays nobody much. */

export class LoopTurns {
  /** Of each name that waits, its waiters in order; the names in the order in which they are next. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #isScheduled = false;

  /** Resolves when it is this name's turn. What then runs without another wait should take a few milliseconds. */
  next(name: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const own = this.#waiting.get(name);
    if (own) own.push(resolve);
    else this.#waiting.set(name, [resolve]);
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const [first] = this.#waiting;
      if (!first) return;
      const [name, waiters] = first;
      const resolve = waiters.shift();
      // To the end of the line: a name with many waiters takes no more turns than others.
      this.#waiting.delete(name);
      if (waiters.length > 0) this.#waiting.set(name, waiters);
      resolve?.();
      this.#schedule();
    });
  }
}
