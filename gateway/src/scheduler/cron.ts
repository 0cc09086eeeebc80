/** The one place that knows croner: what it accepts here, and what a change of the clocks does. */
import { Cron } from "croner";

/** Cron objects are costly to make (some 150 µs) and hold nothing but their pattern. */
const known = new Map<string, Cron>();
const knownAtMost = 1_000;

/**
 * Throws croner's error for a bad pattern or zone. A fixed time of day that the clocks leave out runs right after the gap, one that they
 * repeat runs once; a pattern with a wildcard or a step in seconds, minutes or hours follows the clock, twice where that goes twice.
 */
export function cronOf(expression: string, timezone: string): Cron {
  const key = `${timezone} ${expression}`;
  const cached = known.get(key);
  if (cached) return cached;
  const cron = new Cron(expression, { timezone, paused: true, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" });
  if (known.size >= knownAtMost) known.delete(known.keys().next().value ?? "");
  known.set(key, cron);
  return cron;
}
