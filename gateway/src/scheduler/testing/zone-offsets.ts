/** A zone's offsets from UTC, found by asking `Intl` again and again: no scheduling library has a part in it. */

export interface Segment {
  /** From this instant (inclusive) until the next segment's. */
  from: number;
  offsetMs: number;
}

const stepMs = 12 * 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The segments that hold from `from` to `to`, the first of them cut at `from`. */
export function zoneSegments(zone: string, from: number, to: number): Segment[] {
  const segments: Segment[] = [{ from, offsetMs: offsetAt(zone, from) }];
  for (let at = from; at < to; at += stepMs) {
    const [before, after] = [offsetAt(zone, at), offsetAt(zone, at + stepMs)];
    if (before === after) continue;
    let [low, high] = [at, at + stepMs];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (offsetAt(zone, middle) === before) low = middle;
      else high = middle;
    }
    segments.push({ from: high, offsetMs: after });
  }
  return segments;
}

function offsetAt(zone: string, at: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
