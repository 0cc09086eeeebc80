/** Waiting that always ends: with a signal and a deadline. */
import { setTimeout as delay } from "node:timers/promises";

/** Aborts when the caller's signal does, or after `timeoutMs`. */
export function deadline(signal: AbortSignal, timeoutMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(delayMs, undefined, { signal, ref: true });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Rejects with the signal's reason if it aborts before the promise settles; the promise itself goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // Nobody waits for it any more: its failure must not end the process.
    promise.catch(() => {});
    return Promise.reject(signal.reason as Error);
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
