/** Calendar days as text (`2026-11-22`): what a budget and a bill count by. */

export type Day = string;

const dayMs = 86_400_000;

/** Tells which day it is in a zone. Throws `RangeError` for a zone that this machine does not know. */
export function dayIn(timeZone: string): (at: number) => Day {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return (at) => format.format(at);
}

/** The day so many days before. */
export function daysBefore(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);
}
