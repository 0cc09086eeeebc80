/** How long to wait before the next try: doubles to a ceiling, with jitter so that many pages do not return at one moment. */

const FIRST_MS = 500;
const CEILING_MS = 10_000;

/** Delay before try number `attempt` (0 is the first); `random` in [0, 1) takes away up to half of it. */
export const backoffMs = (attempt: number, random: number): number =>
  Math.min(CEILING_MS, FIRST_MS * 2 ** Math.min(attempt, 20)) * (1 - random / 2);
