/** Runs works one after the other, each whether or not the one before failed. */

/**
 * For what reads, changes and stores a whole: nothing may come in between. By hand, because a queue with priorities and limits (p-queue)
 * is more than is wanted.
 */
export class Serial {
  #last: Promise<void> = Promise.resolve();

  /** Settles as `work` does, which begins when all earlier ones have settled. Nobody needs to wait for it. Work that waits for later work of the same `Serial` never ends. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    const settled = (): void => {};
    this.#last = mine.then(settled, settled);
    return mine;
  }
}
