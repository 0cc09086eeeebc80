/** Waiting between tries. */
import { setTimeout as delay } from "node:timers/promises";

/** Doubles from `firstMs` to `maxMs`, spread by ± 20 % so that many waiters do not wake together. `attempt` counts from 1. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number, random: () => number = Math.random): number {
  const base = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(base * (0.8 + 0.4 * random()));
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(delayMs, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
