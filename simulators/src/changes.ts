// Lets callers wait until something they look for has come to be.

export interface WaitOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Thrown when what was waited for did not come in time; the message says what it was. */
export class WaitTimeoutError extends Error {
  readonly code = "wait_timeout";

  constructor(waitedFor: string, timeoutMs: number, seen: string) {
    super(`Waited ${timeoutMs} ms for ${waitedFor}, which did not come. Seen until then: ${seen}`);
    this.name = "WaitTimeoutError";
  }
}

/** A list of waiters, each looked at again after every `notify()`. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /**
   * Resolves with the first value other than undefined that `find` returns; looks at once, then after each change.
   * Rejects with WaitTimeoutError (default 30 s) or the signal's reason.
   */
  async until<T>(
    find: () => T | undefined,
    waitedFor: string,
    describe: () => string,
    options: WaitOptions = {},
  ): Promise<T> {
    const { timeoutMs = 30_000, signal } = options;
    signal?.throwIfAborted();
    const found = find();
    if (found !== undefined) return found;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = (): void => {
      try {
        const value = find();
        if (value !== undefined) resolve(value);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const abort = (): void => reject(signal?.reason);
    const timer = setTimeout(() => reject(new WaitTimeoutError(waitedFor, timeoutMs, describe())), timeoutMs);
    this.#listeners.add(look);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
      signal?.removeEventListener("abort", abort);
    }
  }
}
