/** When a schedule is due: pure functions of the schedule, its zone, its anchor and a moment, so that nothing drifts. */
import type { Schedule } from "@praktor/protocol/tasks";
import { cronOf } from "./cron.ts";

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
      return cronOf(schedule.cron_expr, timezone).nextRun(new Date(after))?.getTime() ?? null;
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
        // Exclusive and in whole seconds, hence the second after.
        return (
          cronOf(schedule.cron_expr, timezone)
            .previousRuns(1, new Date(Math.floor(until / 1000) * 1000 + 1000))[0]
            ?.getTime() ?? null
        );
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
