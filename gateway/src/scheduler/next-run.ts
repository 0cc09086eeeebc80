/** When a schedule is due: pure functions of the schedule, its zone, its anchor and a moment, so that nothing drifts. */
import type { Schedule } from "@praktor/protocol/tasks";
import { cronOf, namesTimes } from "./cron.ts";
import { instantOf, wallTime } from "./zone-clock.ts";

/** What of a task decides when it is due. */
export interface Timing {
  schedule: Schedule;
  /** IANA. */
  timezone: string;
  /** Intervals are due at this moment plus 1, 2, 3 … times the interval. */
  anchorAt: number;
}

/** The first moment after `after`; null when there is none. */
export function nextRun({ schedule, timezone, anchorAt }: Timing, after: number): number | null {
  switch (schedule.kind) {
    case "cron":
      return nextCron(schedule.cron_expr, timezone, after);
    case "interval": {
      const passed = Math.floor((after - anchorAt) / schedule.interval_ms);
      return anchorAt + (Math.max(0, passed) + 1) * schedule.interval_ms;
    }
    case "once":
      return schedule.at_ms > after ? schedule.at_ms : null;
    default:
      return schedule satisfies never;
  }
}

/** The last moment that is not after `until` and not before `from`; null when there is none. */
export function lastRun(timing: Timing, from: number, until: number): number | null {
  const { schedule, timezone, anchorAt } = timing;
  const last = ((): number | null => {
    switch (schedule.kind) {
      case "cron":
        return lastCron(schedule.cron_expr, timezone, until);
      case "interval": {
        const passed = Math.floor((until - anchorAt) / schedule.interval_ms);
        return passed < 1 ? null : anchorAt + passed * schedule.interval_ms;
      }
      case "once":
        return schedule.at_ms <= until ? schedule.at_ms : null;
      default:
        return schedule satisfies never;
    }
  })();
  return last === null || last < from ? null : last;
}

export function nextRuns(timing: Timing, after: number, count: number): number[] {
  const runs: number[] = [];
  for (let at = nextRun(timing, after); at !== null && runs.length < count; at = nextRun(timing, at)) runs.push(at);
  return runs;
}

/** No clock is put back by more than two hours. */
const longestRepeatMs = 3 * 3_600_000;

/**
 * Croner leaves the day out when a gap swallows a named time and ends with midnight (America/Nuuk, 23:00 to 00:00), so named times are found
 * on a calendar without zones, and only then is it looked up when the clock shows them.
 */
function nextCron(expression: string, timezone: string, after: number): number | null {
  if (!namesTimes(expression)) return cronOf(expression, timezone).nextRun(new Date(after))?.getTime() ?? null;
  const calendar = cronOf(expression, "UTC");
  for (let wall = calendar.nextRun(new Date(wallTime(timezone, after))); wall; wall = calendar.nextRun(wall)) {
    const at = instantOf(timezone, wall.getTime());
    // A time that the clock shows twice was there before.
    if (at > after) return at;
  }
  return null;
}

function lastCron(expression: string, timezone: string, until: number): number | null {
  const zone = namesTimes(expression) ? "UTC" : timezone;
  const calendar = cronOf(expression, zone);
  const before = (moment: number): number | null => calendar.previousRuns(1, new Date(moment))[0]?.getTime() ?? null;
  // `previousRuns` excludes its reference and works in whole seconds.
  const reference = Math.floor(until / 1000) * 1000 + 1000;
  if (zone === timezone) return before(reference);
  for (let wall = before(wallTime(timezone, reference) + longestRepeatMs); wall !== null; wall = before(wall)) {
    const at = instantOf(timezone, wall);
    if (at <= until) return at;
  }
  return null;
}
