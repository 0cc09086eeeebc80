/** A single moment that somebody gives for a task must be one to come. */
import type { Schedule } from "@praktor/protocol/tasks";
import { PraktorError } from "../kit/praktor-error.ts";
import { describeMoment } from "./describe-schedule.ts";

/** Who asks for the present minute, or whose clock is a little behind, means now. */
const patienceMs = 60_000;

/** Throws `invalid`, with the time that it is in the task's zone: the author took another time for now. */
export function refusePast(schedule: Schedule, timezone: string, now: number): void {
  if (schedule.kind !== "once" || schedule.at_ms >= now - patienceMs) return;
  const [then, present] = [schedule.at_ms, now].map((at) => describeMoment(at, timezone));
  throw new PraktorError("invalid", `${then} is past: in ${timezone} it is now ${present}.`, {
    hint: 'Give a moment to come, or a relative time such as "+5m".',
  });
}
