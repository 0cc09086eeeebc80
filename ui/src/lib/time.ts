/** Moments and spans as short English, always from an explicit "now" so that the result is a function of its arguments. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How long ago `iso` was: "now", "5 min ago", "3 h ago", "yesterday", "4 d ago", then the date. A time ahead of the clock reads "now". */
export const ago = (iso: string, nowMs: number): string => {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return "";
  const passedMs = nowMs - at;
  if (passedMs < MINUTE_MS) return "now";
  if (passedMs < HOUR_MS) return `${Math.floor(passedMs / MINUTE_MS)} min ago`;
  if (passedMs < DAY_MS) return `${Math.floor(passedMs / HOUR_MS)} h ago`;
  if (passedMs < 2 * DAY_MS) return "yesterday";
  if (passedMs < 7 * DAY_MS) return `${Math.floor(passedMs / DAY_MS)} d ago`;
  return new Date(at).toLocaleDateString("en-GB", dateFormat(at, nowMs));
};

/** How far ahead `iso` is: "in 5 min", "in 3 h", "in 4 d", then the date; "now" when it has come. */
export const until = (iso: string, nowMs: number): string => {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return "";
  const leftMs = at - nowMs;
  if (leftMs < MINUTE_MS) return leftMs <= 0 ? "now" : "in a minute";
  if (leftMs < HOUR_MS) return `in ${Math.floor(leftMs / MINUTE_MS)} min`;
  if (leftMs < DAY_MS) return `in ${Math.floor(leftMs / HOUR_MS)} h`;
  if (leftMs < 7 * DAY_MS) return `in ${Math.floor(leftMs / DAY_MS)} d`;
  return new Date(at).toLocaleDateString("en-GB", dateFormat(at, nowMs));
};

/** A span as people say it: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min", "4 d 3 h". */
export const span = (ms: number): string => {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(whole, 60, "min", 1, "s");
  if (whole < 86_400) return pair(whole, 3600, "h", 60, "min");
  return pair(whole, 86_400, "d", 3600, "h");
};

/** The time of day, in the reader's zone. */
export const clock = (iso: string): string =>
  new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** The whole moment in the reader's zone, for tooltips. */
export const moment = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** The heading of a day in a conversation: "Today", "Yesterday", "Mon 3 Mar", with the year when it is another. */
export const day = (iso: string, nowMs: number): string => {
  const at = new Date(iso);
  const distance = Math.round((midnight(nowMs) - midnight(at.getTime())) / DAY_MS);
  if (distance === 0) return "Today";
  if (distance === 1) return "Yesterday";
  return at.toLocaleDateString("en-GB", { weekday: "short", ...dateFormat(at.getTime(), nowMs) });
};

const pair = (seconds: number, big: number, bigUnit: string, small: number, smallUnit: string): string => {
  const rest = Math.floor((seconds % big) / small);
  const first = `${Math.floor(seconds / big)} ${bigUnit}`;
  return rest === 0 ? first : `${first} ${rest} ${smallUnit}`;
};

const midnight = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);

const dateFormat = (ms: number, nowMs: number): Intl.DateTimeFormatOptions =>
  new Date(ms).getFullYear() === new Date(nowMs).getFullYear()
    ? { day: "numeric", month: "short" }
    : { day: "numeric", month: "short", year: "numeric" };
