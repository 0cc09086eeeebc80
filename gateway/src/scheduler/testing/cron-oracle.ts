/** When a cron schedule is due, by looking at every minute: slow, plain, and without the library that is judged by it. */
import type { Segment } from "./zone-offsets.ts";

/** Six fields: second, minute, hour, day, month, weekday. */
export type Fields = readonly [string, string, string, string, string, string];

const minuteMs = 60_000;
const dayMs = 86_400_000;
const names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** All moments in `[from, to)`; `segments` must reach at least two days beyond both. */
export function dueMoments(fields: Fields, segments: readonly Segment[], from: number, to: number): number[] {
  const isFixed = !fields.slice(0, 3).some((field) => /[*/]/.test(field));
  const all = isFixed ? fixedTimes(fields, segments, from, to) : clockTimes(fields, segments, from, to);
  return [...new Set(all)].filter((at) => at >= from && at < to).toSorted((a, b) => a - b);
}

/** Whenever the clock on the wall shows a time that matches. */
function clockTimes(fields: Fields, segments: readonly Segment[], from: number, to: number): number[] {
  const [seconds, minutes, hours] = [values(fields[0], 0, 59), values(fields[1], 0, 59), values(fields[2], 0, 23)];
  const found: number[] = [];
  for (let at = Math.floor(from / minuteMs) * minuteMs; at < to; at += minuteMs) {
    const wall = new Date(at + offsetAt(segments, at));
    if (!minutes.has(wall.getUTCMinutes()) || !hours.has(wall.getUTCHours()) || !isDay(fields, wall)) continue;
    for (const second of seconds) found.push(at + second * 1000);
  }
  return found;
}

/** Each wanted time of each wanted date: the first time that it is there; right after the gap when it is not. */
function fixedTimes(fields: Fields, segments: readonly Segment[], from: number, to: number): number[] {
  const found: number[] = [];
  const firstDay = Math.floor(from / dayMs) * dayMs - 2 * dayMs;
  for (let day = firstDay; day < to + 2 * dayMs; day += dayMs) {
    if (!isDay(fields, new Date(day))) continue;
    for (const hour of values(fields[2], 0, 23)) {
      for (const minute of values(fields[1], 0, 59)) {
        for (const second of values(fields[0], 0, 59)) {
          found.push(instantOf(day + ((hour * 60 + minute) * 60 + second) * 1000, segments));
        }
      }
    }
  }
  return found;
}

function instantOf(wall: number, segments: readonly Segment[]): number {
  for (const [index, { from, offsetMs }] of segments.entries()) {
    const at = wall - offsetMs;
    const end = segments[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    if (at < from) return from;
    if (at < end) return at;
  }
  throw new Error("the segments do not reach that far");
}

function offsetAt(segments: readonly Segment[], at: number): number {
  return segments.findLast((segment) => segment.from <= at)?.offsetMs ?? 0;
}

function isDay(fields: Fields, wall: Date): boolean {
  const [, , , day, month, weekday] = fields;
  if (!values(month, 1, 12).has(wall.getUTCMonth() + 1)) return false;
  if (day === "*") return isWeekday(weekday, wall);
  return isDate(day, wall) || (weekday !== "*" && isWeekday(weekday, wall));
}

function isDate(field: string, wall: Date): boolean {
  const date = wall.getUTCDate();
  const [year, month] = [wall.getUTCFullYear(), wall.getUTCMonth()];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  if (field === "L") return date === last;
  if (field === "LW") return date === nearestWeekday(year, month, last, last);
  if (field.endsWith("W")) return date === nearestWeekday(year, month, Number.parseInt(field, 10), last);
  return values(field, 1, 31).has(date);
}

function nearestWeekday(year: number, month: number, date: number, last: number): number {
  const weekday = new Date(Date.UTC(year, month, date)).getUTCDay();
  if (weekday === 6) return date > 1 ? date - 1 : date + 2;
  if (weekday === 0) return date < last ? date + 1 : date - 2;
  return date;
}

function isWeekday(field: string, wall: Date): boolean {
  if (field === "*") return true;
  const plain = names.reduce((text, name, index) => text.replaceAll(name, String(index)), field);
  const nth = /^(\d)#(\d|L)$/.exec(plain);
  if (!nth) return [...values(plain, 0, 7)].some((day) => day % 7 === wall.getUTCDay());
  if (Number(nth[1]) % 7 !== wall.getUTCDay()) return false;
  const date = wall.getUTCDate();
  const last = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate();
  return nth[2] === "L" ? date + 7 > last : Math.ceil(date / 7) === Number(nth[2]);
}

const known = new Map<string, ReadonlySet<number>>();

function values(field: string, least: number, most: number): ReadonlySet<number> {
  const key = `${field} ${least} ${most}`;
  const cached = known.get(key);
  if (cached) return cached;
  const set = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const [first, last = first] = range === "*" ? [least, most] : range.split("-").map(Number);
    for (let value = first ?? least; value <= (last ?? most); value += Number(step)) set.add(value);
  }
  known.set(key, set);
  return set;
}
