/** How the gateway waits for its end: for the wish to stop, and then for turns that run. */
import type { RunningTurns } from "./agent/running-turns.ts";
import { systemClock } from "./kit/clock.ts";
import { sleep } from "./kit/deadline.ts";

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}

/** Resolves when no turn runs any more, or after this time. */
export async function grace(running: RunningTurns, graceMs: number): Promise<void> {
  const until = systemClock.now() + graceMs;
  while (running.size > 0 && systemClock.now() < until) await sleep(50, new AbortController().signal);
}
