/** How long to wait before the next try. */

/** Doubles from `firstMs` to `maxMs`, spread by ± 20 % so that many waiters do not wake together. `attempt` counts from 1. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number, random: () => number = Math.random): number {
  const base = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(base * (0.8 + 0.4 * random()));
}
