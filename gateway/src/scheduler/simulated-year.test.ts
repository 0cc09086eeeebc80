/** Months in a few seconds, with restarts, downtimes and clocks that are set. `PRAKTOR_LONG=1` takes a whole year. */
import { expect, test } from "vitest";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { dueMoments, type Fields } from "./testing/cron-oracle.ts";
import { SchedulerBench } from "./testing/scheduler-bench.ts";
import { zoneSegments } from "./testing/zone-offsets.ts";

const databases = temporaryDatabases();
const isLong = process.env["PRAKTOR_LONG"] === "1";
const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const start = Date.UTC(2026, 2, 1);
const end = start + (isLong ? 366 : 35) * dayMs;

/** A small generator, so that a failure can be had again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

interface Series {
  id: string;
  due: number[];
  catchUp: "run_once" | "skip";
  graceMs: number;
  cursor: number;
  expected: Map<number, "succeeded" | "skipped">;
}

/** The policies, told a second time on the oracle's list. */
function expectLook(series: Series, now: number): void {
  const { due, expected } = series;
  for (let at = due[series.cursor]; at !== undefined && at <= now; at = due[series.cursor]) {
    if (now - at <= 90_000) {
      expected.set(at, "succeeded");
      series.cursor += 1;
      continue;
    }
    const after = due.findIndex((moment) => moment > now);
    const last = (after === -1 ? due.length : after) - 1;
    const latest = due[last] ?? at;
    const tolerated = series.catchUp === "run_once" ? series.graceMs : 90_000;
    expected.set(at, "skipped");
    if (now - latest <= tolerated) expected.set(latest, "succeeded");
    series.cursor = last + 1;
  }
}

test(
  `${isLong ? "a year" : "35 days"} of restarts, downtimes and clocks set by an hour: each moment at most once, the policies exactly`,
  { timeout: 900_000 },
  async () => {
    await using bench = await SchedulerBench.open(databases.path(), start);
    const random = randomFrom(7);
    const crons: [string, Fields, string, "run_once" | "skip", number][] = [
      ["night", ["0", "30", "2", "*", "*", "*"], "Europe/Athens", "run_once", 2 * hourMs],
      ["work", ["0", "0", "9", "*", "*", "1-5"], "America/New_York", "skip", 0],
      ["often", ["0", "0", "*/4", "*", "*", "*"], "Europe/Berlin", "run_once", 30 * minuteMs],
      ["month", ["0", "0", "12", "L", "*", "*"], "Asia/Kathmandu", "run_once", 5 * dayMs],
      ["lists", ["0", "15,45", "8,20", "*", "*", "*"], "Australia/Lord_Howe", "run_once", hourMs],
    ];
    const all: Series[] = [];
    for (const [id, fields, timezone, catchUp, graceMs] of crons) {
      await bench.task({
        id,
        schedule: { kind: "cron", cron_expr: fields.slice(1).join(" ") },
        timezone,
        catchUp,
        graceMs,
      });
      const segments = zoneSegments(timezone, start - 4 * dayMs, end + 8 * dayMs);
      const due = dueMoments(fields, segments, start + 1, end + 4 * dayMs);
      all.push({ id, due, catchUp, graceMs, cursor: 0, expected: new Map() });
    }
    await bench.task({ id: "interval", schedule: { kind: "interval", interval_ms: 5 * hourMs }, graceMs: hourMs });
    const every = Array.from({ length: (end - start) / hourMs }, (_, index) => start + (index + 1) * 5 * hourMs);
    all.push({ id: "interval", due: every, catchUp: "run_once", graceMs: hourMs, cursor: 0, expected: new Map() });

    let offset = 0;
    for (let time = start; time < end;) {
      const dice = random();
      if (dice < 0.03) time += random() * 30 * hourMs;
      else if (dice < 0.06) offset = offset === 0 ? (random() < 0.5 ? hourMs : -hourMs) : 0;
      const next = (await bench.store.tasks.nextDueAt()) ?? end;
      // On time, or a little late as on a busy machine; or a look in between.
      const wait = Math.max(0, next - (time + offset));
      time += dice > 0.9 ? Math.min(wait, random() * hourMs) : wait + random() * 2_000;
      bench.now = Math.floor(time + offset);
      if (random() < 0.05) await bench.restart();
      for (const series of all) expectLook(series, bench.now);
      await bench.look();
      // A gateway that is killed here leaves the turns to the next one.
      if (random() < 0.05) await bench.restart();
      await bench.work();
      await bench.look();
    }
    for (const series of all) {
      const rows = bench.connection
        .prepare("select scheduled_for as at, state from task_runs where task_id = ? order by scheduled_for")
        .all(series.id);
      const found = rows.map((row) => `${new Date(Number(row["at"])).toISOString()} ${String(row["state"])}`);
      const expected = [...series.expected].toSorted(([a], [b]) => a - b);
      expect(found).toEqual(expected.map(([at, state]) => `${new Date(at).toISOString()} ${state}`));
      expect(new Set(rows.map((row) => row["at"])).size).toBe(rows.length);
      expect(rows.length).toBeGreaterThan(0);
    }
  },
);
