/** What the clock on the wall of a zone shows, and when it shows it. */

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** As if the clock were in UTC: the moment whose UTC fields are the zone's. */
export function wallTime(timezone: string, at: number): number {
  return at + offsetAt(timezone, at);
}

/** The first moment at which the clock shows `wall`; where it never does, because it is put forward over it, the moment right after that. */
export function instantOf(timezone: string, wall: number): number {
  const before = offsetAt(timezone, wall - dayMs);
  const after = offsetAt(timezone, wall + dayMs);
  if (before === after) return wall - before;
  // The greater offset first: of a time that is shown twice it is the earlier one.
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    if (offsetAt(timezone, wall - offset) === offset) return wall - offset;
  }
  let [low, high] = [wall - 2 * dayMs, wall + 2 * dayMs];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle + offsetAt(timezone, middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}

function offsetAt(timezone: string, at: number): number {
  let format = formats.get(timezone);
  if (!format) {
    const numeric = "numeric";
    const date = { year: numeric, month: numeric, day: numeric } as const;
    const time = { hour: numeric, minute: numeric, second: numeric } as const;
    format = new Intl.DateTimeFormat("en-US", { timeZone: timezone, hourCycle: "h23", ...date, ...time });
    formats.set(timezone, format);
  }
  // "3/29/2026, 02:30:00", which is read faster than parts are made.
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (
    format.format(at).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
