/** The schedule against a brute-force oracle. `PRAKTOR_LONG=1` takes ten times as many schedules and every transition of every zone. */
import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
  sample,
  tuple,
  type Arbitrary,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { lastRun, nextRun, nextRuns } from "./next-run.ts";
import { dueMoments, type Fields } from "./testing/cron-oracle.ts";
import { zoneSegments, type Segment } from "./testing/zone-offsets.ts";

const isLong = process.env["PRAKTOR_LONG"] === "1";
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const [begin, end] = [Date.UTC(2015, 0, 1), Date.UTC(2038, 0, 1)];
const zones = Intl.supportedValuesOf("timeZone");

/** Zones whose clocks do what others do not: half an hour, midnight, two hours, Ramadan, halves and quarters, none at all. */
const oddZones = [
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "Antarctica/Troll",
  "Africa/Casablanca",
  "America/Nuuk",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "America/Asuncion",
  "Asia/Beirut",
  "Europe/Athens",
  "America/New_York",
  "UTC",
];

const known = new Map<string, Segment[]>();
function segmentsOf(zone: string): Segment[] {
  const found = known.get(zone) ?? zoneSegments(zone, begin - 4 * dayMs, end + 4 * dayMs);
  known.set(zone, found);
  return found;
}

/** More of a dense schedule shows nothing new. */
const comparedAtMost = isLong ? 1_000 : 20;

function compare(fields: Fields, zone: string, earliest: number, latest: number): void {
  const expression = fields[0] === "0" ? fields.slice(1).join(" ") : fields.join(" ");
  const timing = { schedule: { kind: "cron", cron_expr: expression } as const, timezone: zone, anchorAt: 0 };
  const due = dueMoments(fields, segmentsOf(zone), earliest, latest);
  // The middle of the window is where the clock changes.
  const first = Math.max(0, Math.floor((due.length - comparedAtMost) / 2));
  const from = first === 0 ? earliest : (due[first] ?? earliest);
  const to = due[first + comparedAtMost] ?? latest;
  const expected = due.slice(first, first + comparedAtMost);
  const found: number[] = [];
  for (let at = nextRun(timing, from - 1); at !== null && at < to; at = nextRun(timing, at)) found.push(at);
  const where = `${expression} in ${zone} from ${iso(from)}`;
  expect({ where, due: found.map(iso) }).toEqual({ where, due: expected.map(iso) });
  for (const until of [to - 1, Math.floor((from + to) / 2), expected[0] ?? from]) {
    const last = expected.findLast((at) => at <= until) ?? null;
    expect({ where, until, last: lastRun(timing, from, until) }).toEqual({ where, until, last });
  }
}

const iso = (at: number): string => new Date(at).toISOString();

describe("the next run of a cron schedule", () => {
  test(
    `is the oracle's, for ${isLong ? "10,000" : "250"} random schedules, zones and windows`,
    { timeout: 1_800_000 },
    () => {
      const someZones = isLong ? zones : oddZones;
      assert(
        property(
          fieldsArbitrary(),
          constantFrom(...someZones),
          integer({ min: 0, max: 1_000_000 }),
          (fields, zone, at) => {
            // Half of the windows lie around a change of the clocks.
            const transitions = segmentsOf(zone).slice(1);
            const transition = transitions[at % Math.max(1, transitions.length)];
            const middle =
              at % 2 === 0 && transition ? transition.from : begin + Math.floor((at / 1_000_000) * (end - begin));
            const spanMs = fields[0] === "0" ? (fields[3] === "*" && fields[5] === "*" ? 4 : 40) * dayMs : 6 * hourMs;
            const from = Math.floor((middle - spanMs / 2) / 60_000) * 60_000;
            compare(fields, zone, Math.max(begin, from), Math.min(end, from + spanMs));
          },
        ),
        { numRuns: isLong ? 10_000 : 250 },
      );
    },
  );

  test(
    `is the oracle's around ${isLong ? "every transition of every zone" : "a sample of transitions"} from 2015 to 2037`,
    { timeout: 3_600_000 },
    () => {
      const schedules: Fields[] = [
        ["0", "30", "2", "*", "*", "*"],
        ["0", "0", "0", "*", "*", "*"],
        ["0", "15,45", "0-3", "*", "*", "*"],
        ["0", "59", "23", "*", "*", "*"],
        ["0", "*/30", "*", "*", "*", "*"],
        ["0", "0", "*/2", "*", "*", "*"],
      ];
      const all = (isLong ? zones : oddZones).flatMap((zone) =>
        segmentsOf(zone)
          .slice(1)
          .map(({ from }) => ({ zone, from })),
      );
      const chosen = isLong ? all : sample(constantFrom(...all), 60);
      for (const { zone, from } of chosen) {
        if (from < begin || from >= end) continue;
        for (const fields of schedules) compare(fields, zone, from - 30 * hourMs, from + 30 * hourMs);
      }
      expect(chosen.length).toBeGreaterThan(isLong ? 4_000 : 50);
    },
  );
});

describe("the next run of the other schedules", () => {
  test("an interval counts from its anchor and never drifts, however late it is asked", () => {
    assert(
      property(
        integer({ min: 1000, max: 9_000_000 }),
        integer({ min: 0, max: 1e12 }),
        integer({ min: 0, max: 1e11 }),
        (every, anchorAt, later) => {
          const timing = { schedule: { kind: "interval", interval_ms: every } as const, timezone: "UTC", anchorAt };
          const next = nextRun(timing, anchorAt + later) ?? Number.NaN;
          expect((next - anchorAt) % every).toBe(0);
          expect(next - (anchorAt + later)).toBeGreaterThan(0);
          expect(next - (anchorAt + later)).toBeLessThanOrEqual(every);
          expect(lastRun(timing, 0, next)).toBe(next);
        },
      ),
    );
  });

  test("a single moment comes once", () => {
    const timing = { schedule: { kind: "once", at_ms: 5_000 } as const, timezone: "UTC", anchorAt: 0 };
    expect(nextRuns(timing, 0, 5)).toEqual([5_000]);
    expect(nextRun(timing, 5_000)).toBeNull();
    expect(lastRun(timing, 0, 5_000)).toBe(5_000);
    expect(lastRun(timing, 0, 4_999)).toBeNull();
  });
});

function fieldsArbitrary(): Arbitrary<Fields> {
  const number = (min: number, max: number) => integer({ min, max }).map(String);
  const list = (min: number, max: number) =>
    array(integer({ min, max }), { minLength: 1, maxLength: 4 }).map((all) => all.join(","));
  const range = (min: number, max: number) =>
    tuple(integer({ min, max }), integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = (max: number) => integer({ min: 2, max }).map((every) => `*/${every}`);
  const any = constant("*");
  const time = (most: number) =>
    oneof(number(0, most), number(0, most), list(0, most), range(0, most), step(Math.floor(most / 2)), any);
  const day = oneof(
    any,
    any,
    any,
    list(1, 31),
    range(1, 31),
    constantFrom("L", "LW"),
    integer({ min: 1, max: 28 }).map((date) => `${date}W`),
  );
  const weekday = oneof(
    any,
    any,
    any,
    list(0, 7),
    constantFrom("MON-FRI", "1-5", "SAT,SUN", "TUE"),
    tuple(integer({ min: 0, max: 6 }), constantFrom("1", "2", "3", "4", "5", "L")).map(
      ([which, nth]) => `${which}#${nth}`,
    ),
  );
  const month = oneof(any, any, any, any, list(1, 12));
  const second = oneof(constant("0"), constant("0"), constant("0"), constant("0"), constantFrom("15", "0,30", "*/20"));
  return tuple(second, time(59), time(23), day, month, weekday);
}
