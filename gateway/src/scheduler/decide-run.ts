/** What becomes of a task that is due: run it, leave out what was missed, and when it is due again. Pure. */
import type { Task } from "../store/rows.ts";
import { lastRun, nextRun } from "./next-run.ts";

export interface Decision {
  /** The moment to run for; null: nothing runs. */
  runFor: number | null;
  /** Moments that are recorded as skipped, with the reason. */
  missed: { scheduledFor: number; error: string }[];
  nextRunAt: number | null;
}

/** Up to this, a run counts as on time: a busy machine and a full queue are no downtime. */
export const onTimeMs = 90_000;

/** `dueAt` is the task's `nextRunAt`, which is not after `now`. Of many missed runs only the latest is a candidate for a late start; the first names the gap. */
export function decideRun(task: Omit<Task, "nextRunAt">, dueAt: number, now: number): Decision {
  if (now - dueAt <= onTimeMs) return { runFor: dueAt, missed: [], nextRunAt: nextRun(task, dueAt) };
  const latest = lastRun(task, dueAt, now) ?? dueAt;
  const runsLate = task.catchUp === "run_once" ? now - latest <= task.graceMs : now - latest <= onTimeMs;
  const nextRunAt = nextRun(task, now);
  const why =
    task.catchUp === "skip" || runsLate
      ? "Praktor did not run at that time."
      : "Praktor did not run at that time, and it is too late for it now.";
  const several = latest > dueAt;
  const error = several
    ? `${why} So it was with everything due until ${new Date(latest).toISOString()}${runsLate ? ", which runs late" : ""}.`
    : why;
  if (!runsLate) return { runFor: null, missed: [{ scheduledFor: dueAt, error }], nextRunAt };
  return { runFor: latest, missed: several ? [{ scheduledFor: dueAt, error }] : [], nextRunAt };
}
