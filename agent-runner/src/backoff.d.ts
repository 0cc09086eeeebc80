/** Doubles from `firstMs` to `maxMs`, spread by ± 20 % so that many waiters do not wake together. `attempt` counts from 1. */
export declare function backoffMs(attempt: number, firstMs: number, maxMs: number, random?: () => number): number;
/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export declare function sleep(delayMs: number, signal: AbortSignal): Promise<void>;
