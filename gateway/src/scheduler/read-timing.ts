/** Reads when and where a task is to run; all that is wrong with it is told at once, each with its field. */
import { type ContextMode, type Schedule, TaskCreate } from "@praktor/protocol/tasks";
import type { Fault } from "@praktor/protocol/issue-words";
import { FaultList } from "../kit/fault-list.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { parseSchedule } from "./parse-schedule.ts";
import { refusePast } from "./refuse-past.ts";
import { parseTimeZone } from "./time-zone.ts";

export interface WantedTiming {
  schedule: string;
  timezone: string;
  contextMode: ContextMode;
  ownSandbox: boolean;
}

/** `known` is the schedule that the task has already: its moment may be past by now. Throws `invalid` with `faults`. */
export function readTiming(
  wanted: WantedTiming,
  now: number,
  known: Schedule | null = null,
): { schedule: Schedule; timezone: string } {
  const list = new FaultList();
  const { schedule, timezone } = read(wanted, now, known, list);
  list.try("context_mode", () => checkContext(wanted.contextMode, wanted.ownSandbox));
  if (schedule === undefined || timezone === undefined || list.faults.length > 0) throw list.error();
  return { schedule, timezone };
}

const Written = TaskCreate.pick({ schedule: true, timezone: true });

/** Of a request that is refused for other fields: what is wrong with these besides. Nothing is said of what is no text. */
export function timingFaults(request: unknown, usualZone: string, now: number): Fault[] {
  const list = new FaultList();
  const fields = typeof request === "object" && request !== null ? { ...request } : {};
  const schedule = Written.shape.schedule.safeParse("schedule" in fields ? fields.schedule : undefined).data;
  const timezone = Written.shape.timezone.safeParse("timezone" in fields ? fields.timezone : undefined).data;
  if (schedule !== undefined) read({ schedule, timezone: timezone ?? usualZone }, now, null, list);
  else if (timezone !== undefined) list.try("timezone", () => parseTimeZone(timezone));
  return list.faults;
}

function read(
  wanted: Pick<WantedTiming, "schedule" | "timezone">,
  now: number,
  known: Schedule | null,
  list: FaultList,
): { schedule: Schedule | undefined; timezone: string | undefined } {
  const timezone = list.try("timezone", () => parseTimeZone(wanted.timezone));
  const schedule = list.try("schedule", () => {
    const parsed = parseSchedule(wanted.schedule, timezone ?? "UTC", now);
    if (timezone !== undefined && JSON.stringify(parsed) !== JSON.stringify(known)) refusePast(parsed, timezone, now);
    return parsed;
  });
  return { schedule, timezone };
}

/** The group's conversation lives in the group's sandbox. */
function checkContext(contextMode: ContextMode, ownSandbox: boolean): void {
  if (!ownSandbox || contextMode === "isolated") return;
  throw new PraktorError("invalid", "A task with a sandbox of its own cannot work in the group's conversation.", {
    hint: "Set context_mode to isolated, or own_sandbox to false.",
  });
}
