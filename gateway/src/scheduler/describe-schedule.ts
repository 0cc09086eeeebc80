/** A schedule as a sentence for people: "every weekday at 09:00, Europe/Athens". */
import type { Schedule } from "@praktor/protocol/tasks";
import { cronFields } from "./cron.ts";

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
  ["millisecond", 1],
] as const;

/** By zone, of which there are some hundreds. To make one takes a hundred times as long as to use it. */
const momentFormats = new Map<string, Intl.DateTimeFormat>();

/** What has no short sentence is named by its expression. */
export function describeSchedule(schedule: Schedule, timezone: string): string {
  switch (schedule.kind) {
    case "cron":
      return `${describeCron(schedule.cron_expr) ?? `at times that match “${schedule.cron_expr}”`}, ${timezone}`;
    case "interval":
      return `every ${describeSpan(schedule.interval_ms)}`;
    case "once":
      return `once on ${describeMoment(schedule.at_ms, timezone)}, ${timezone}`;
    default:
      return schedule satisfies never;
  }
}

export function describeSpan(spanMs: number): string {
  const [unit, sizeMs] = units.find(([, size]) => spanMs % size === 0) ?? units[4];
  const count = spanMs / sizeMs;
  return count === 1 ? unit : `${count} ${unit}s`;
}

/** "Friday 2 January 2026 at 03:04", on the zone's clock. */
export function describeMoment(atMs: number, timeZone: string): string {
  let format = momentFormats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone });
    momentFormats.set(timeZone, format);
  }
  return format.format(atMs);
}

function describeCron(expression: string): string | null {
  const [second, minute, hour, day, month, weekday] = cronFields(expression);
  if (!second || !minute || !hour || !day || !month || !weekday) return null;
  const when = describeDays(day, weekday);
  const inMonths = describeMonths(month);
  if (when === null || inMonths === null) return null;
  const times = describeTimes(second, minute, hour);
  if (times !== null) return `${when}${inMonths} at ${times}`;
  const steps = describeSteps(second, minute, hour);
  if (steps === null) return null;
  return when === "every day" ? `${steps}${inMonths}` : `${steps}, ${when}${inMonths}`;
}

/** "09:00", "09:00 and 21:30"; null where that would be no list of a few times. */
function describeTimes(second: string, minute: string, hour: string): string | null {
  const [seconds, minutes, hours] = [numbers(second, 59), numbers(minute, 59), numbers(hour, 23)];
  if (!seconds || !minutes || !hours || seconds.length !== 1 || minutes.length * hours.length > 6) return null;
  const at = hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}${seconds[0] ? `:${two(seconds[0])}` : ""}`));
  return list(at);
}

function describeSteps(second: string, minute: string, hour: string): string | null {
  const [every, of] = [step(minute), step(hour)];
  const during = hour === "*" ? "" : (hourRange(hour) ?? null);
  if (second === "*" || step(second)) {
    const seconds = step(second) ?? 1;
    return minute === "*" && hour === "*" ? `every ${seconds === 1 ? "second" : `${seconds} seconds`}` : null;
  }
  if (second !== "0") return null;
  if (minute === "*" && during !== null) return `every minute${during}`;
  if (every && during !== null) return `every ${every} minutes${during}`;
  const at = numbers(minute, 59);
  if (!at) return null;
  const past = at.length === 1 && at[0] === 0 ? "" : ` at ${list(at.map((m) => `:${two(m)}`))}`;
  if (hour === "*") return `every hour${past}`;
  if (of) return `every ${of} hours${past === "" && of > 1 ? "" : past}`;
  return during === null ? null : `every hour${past}${during}`;
}

function hourRange(hour: string): string | null {
  const match = /^(\d{1,2})-(\d{1,2})$/.exec(hour);
  return match ? ` from ${two(Number(match[1]))}:00 to ${two(Number(match[2]))}:59` : null;
}

function describeDays(day: string, weekday: string): string | null {
  const [anyDay, anyWeekday] = [day === "*" || day === "?", weekday === "*" || weekday === "?"];
  if (anyDay && anyWeekday) return "every day";
  const byDate = anyDay ? null : describeDates(day);
  const byWeekday = anyWeekday ? null : describeWeekdays(weekday);
  if (anyDay) return byWeekday;
  if (anyWeekday) return byDate;
  return byDate !== null && byWeekday !== null ? `${byDate}, and ${byWeekday}` : null;
}

function describeDates(day: string): string | null {
  if (day === "L") return "on the last day of the month";
  if (day === "LW") return "on the last weekday of the month";
  const nearest = /^(\d{1,2})W$/.exec(day);
  if (nearest) return `on the weekday nearest to the ${ordinal(Number(nearest[1]))}`;
  const dates = numbers(day, 31);
  if (dates && dates.length <= 6) return `on the ${list(dates.map(ordinal))} of the month`;
  const every = step(day);
  return every ? `every ${ordinal(every)} day of the month` : null;
}

function describeWeekdays(weekday: string): string | null {
  const named = weekday.replaceAll(/SUN|MON|TUE|WED|THU|FRI|SAT/g, (name) =>
    String(days.findIndex((full) => full.toUpperCase().startsWith(name))),
  );
  const nth = /^([0-7])#([1-5L])$/.exec(named) ?? /^([0-7])(L)$/.exec(named);
  if (nth) {
    const which = nth[2] === "L" ? "last" : ordinal(Number(nth[2]));
    return `on the ${which} ${days[Number(nth[1]) % 7]} of the month`;
  }
  const chosen = numbers(named, 7);
  if (!chosen) return null;
  const set = [...new Set(chosen.map((index) => index % 7))].toSorted((a, b) => a - b);
  if (set.length === 7) return "every day";
  if (set.join() === "1,2,3,4,5") return "every weekday";
  if (set.join() === "0,6") return "every Saturday and Sunday";
  return `every ${list(set.map((index) => days[index] ?? ""))}`;
}

function describeMonths(month: string): string | null {
  if (month === "*") return "";
  const named = month.replaceAll(/[A-Z]{3}/g, (name) =>
    String(months.findIndex((full) => full.toUpperCase().startsWith(name)) + 1),
  );
  const chosen = numbers(named, 12);
  return chosen && chosen.every((index) => index >= 1)
    ? ` in ${list(chosen.map((index) => months[index - 1] ?? ""))}`
    : null;
}

/** "1,3-5" as numbers; null for wildcards, steps and modifiers. */
function numbers(field: string, most: number): number[] | null {
  const all: number[] = [];
  for (const part of field.split(",")) {
    const match = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(part);
    if (!match) return null;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (to > most || to < from) return null;
    for (let value = from; value <= to; value += 1) all.push(value);
  }
  return all;
}

function step(field: string): number | null {
  const match = /^\*\/(\d{1,2})$/.exec(field);
  return match ? Number(match[1]) : null;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function ordinal(value: number): string {
  const tens = value % 100;
  const suffix = tens >= 11 && tens <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[value % 10] ?? "th");
  return `${value}${suffix}`;
}
