import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { hiddenValue, SchedulerBench } from "./testing/scheduler-bench.ts";

const databases = temporaryDatabases();
const start = Date.UTC(2026, 2, 2, 8);
const [minuteMs, hourMs] = [60_000, 3_600_000];
const open = (now = start): Promise<SchedulerBench> => SchedulerBench.open(databases.path(), now);
const hourly = { kind: "interval", interval_ms: hourMs } as const;

describe("what is due", () => {
  test("starts within a second of its time, from a timer and not from a poll", async () => {
    await using bench = await open(Date.now());
    Object.assign(bench.clock, { now: () => Date.now() });
    bench.scheduler.start();
    await delay(50);
    const atMs = Date.now() + 700;
    await bench.task({ id: "t", schedule: { kind: "once", at_ms: atMs } });
    bench.scheduler.wake();
    await expect.poll(() => bench.store.runs.history("t", 1), { interval: 20, timeout: 5_000 }).toHaveLength(1);
    const [run] = await bench.store.runs.history("t", 1);
    expect(run?.claimedAt).toBeGreaterThanOrEqual(atMs);
    expect((run?.claimedAt ?? 0) - atMs).toBeLessThan(process.env["PRAKTOR_LONG"] === "1" ? 1_000 : 5_000);
  });

  test("runs once; only its answer enters the chat; the next run counts from the schedule", async () => {
    await using bench = await open();
    await bench.task({ id: "t", schedule: hourly });
    await bench.look();
    expect(await bench.work()).toBe(0);
    bench.now = start + hourMs + 30_000;
    await bench.look();
    await bench.look();
    expect(await bench.work()).toBe(1);
    bench.now += 10 * minuteMs;
    await bench.look();
    expect(bench.said.map(({ content, role, groupId }) => [content, role, groupId])).toEqual([
      ["Done.", "assistant", "home"],
    ]);
    expect(await bench.store.tasks.get("t")).toMatchObject({
      nextRunAt: start + 2 * hourMs,
      lastRunAt: start + hourMs,
      lastStatus: "succeeded",
    });
    expect(await bench.store.outbox.ready("telegram")).toMatchObject([{ chatKey: "telegram:1" }]);
  });

  test("asked in the group's conversation is said there, and not twice", async () => {
    await using bench = await open();
    await bench.task({ id: "t", schedule: { kind: "once", at_ms: start + minuteMs }, contextMode: "group" });
    bench.now = start + minuteMs;
    await bench.look();
    await bench.work();
    await bench.look();
    expect(bench.said).toEqual([]);
    const page = await bench.store.messages.page({ groupId: "home", limit: 9 });
    expect(page.map((message) => message.content)).toEqual(["Do it.", "Done."]);
    expect(await bench.store.tasks.get("t")).toMatchObject({ status: "completed", lastStatus: "succeeded" });
  });

  test("waits its turn or is left out while an earlier run is not over", async () => {
    await using bench = await open();
    await bench.task({ id: "skips", schedule: hourly });
    await bench.task({ id: "queues", schedule: hourly, overlap: "queue" });
    for (const hours of [1, 2, 3]) {
      bench.now = start + hours * hourMs;
      await bench.look();
    }
    const states = async (id: string): Promise<string[]> =>
      (await bench.store.runs.history(id, 9)).map((run) => run.state);
    expect(await states("skips")).toEqual(["skipped", "skipped", "queued"]);
    expect(await states("queues")).toEqual(["waiting", "waiting", "queued"]);
    for (let round = 0; round < 3; round += 1) {
      await bench.work();
      await bench.look();
    }
    expect(await states("skips")).toEqual(["skipped", "skipped", "succeeded"]);
    expect(await states("queues")).toEqual(["succeeded", "succeeded", "succeeded"]);
  });
});

describe("after a time without Praktor", () => {
  const away = async (change: object, hours: number): Promise<[SchedulerBench, string[]]> => {
    const bench = await open();
    await bench.task({ id: "t", schedule: hourly, ...change });
    bench.now = start + hours * hourMs + 20 * minuteMs;
    await bench.look();
    const runs = await bench.store.runs.history("t", 9);
    return [bench, runs.map((run) => `${(run.scheduledFor - start) / hourMs} ${run.state}`)];
  };

  test("the latest missed run starts late, and the gap is recorded", async () => {
    const [bench, runs] = await away({}, 5);
    await using _ = bench;
    expect(runs).toEqual(["5 queued", "1 skipped"]);
    expect((await bench.store.tasks.get("t"))?.nextRunAt).toBe(start + 6 * hourMs);
  });

  test("nothing runs that is too late, or that is not to be caught up; the series goes on", async () => {
    for (const change of [{ graceMs: 10 * minuteMs }, { catchUp: "skip" }]) {
      const [bench, runs] = await away(change, 5);
      await using _ = bench;
      expect(runs).toEqual(["1 skipped"]);
      expect(await bench.store.tasks.get("t")).toMatchObject({ status: "active", nextRunAt: start + 6 * hourMs });
    }
  });

  test("a single run starts late, or the group is told that it was too late", async () => {
    const schedule = { kind: "once", at_ms: start + hourMs } as const;
    const [late, lateRuns] = await away({ schedule }, 1);
    await using _ = late;
    expect(lateRuns).toEqual(["1 queued"]);
    const [missed, missedRuns] = await away({ schedule }, 9);
    await using __ = missed;
    expect(missedRuns).toEqual(["1 skipped"]);
    expect(missed.said.map((message) => message.content)).toEqual([expect.stringMatching(/“t” was due on .*too late/)]);
    expect(await missed.store.tasks.get("t")).toMatchObject({ status: "completed", lastStatus: "skipped" });
  });
});

describe("a run that fails", () => {
  test("is tried again where that may help, then told in the group; the third in a row is told to the owner", async () => {
    await using bench = await open();
    await bench.task({ id: "t", schedule: hourly });
    for (const hours of [1, 2, 3]) {
      bench.now = start + hours * hourMs;
      await bench.look();
      for (const wait of [0, minuteMs, 5 * minuteMs]) {
        bench.now += wait;
        expect(await bench.work("model_overloaded")).toBe(1);
        await bench.look();
      }
      expect(await bench.work()).toBe(0);
    }
    const runs = await bench.store.runs.history("t", 9);
    expect(runs.map(({ state, tries }) => `${state} ${tries}`)).toEqual(["failed 3", "failed 3", "failed 3"]);
    expect(bench.said.map((message) => message.groupId)).toEqual(["home", "home", "home", "main"]);
    expect(bench.said[0]?.content).toMatch(
      /“t” failed, also after 3 tries\. It was due on Monday, 2 March 2026 at 09:00 \(UTC\)\.\n\nIt says model_overloaded\.\n\nIt is due again on Monday, 2 March 2026 at 10:00/,
    );
    expect(bench.said[3]?.content).toMatch(
      /of the group “home” .* failed 3 times in a row\. The last time: model\\_overloaded\\\. It goes on/,
    );
    expect(await bench.store.tasks.get("t")).toMatchObject({ status: "active", nextRunAt: start + 4 * hourMs });
  });

  test("is told without the half of a secret at the end of a long name", async () => {
    await using bench = await open();
    await bench.task({ id: "t", schedule: hourly, name: `${"n".repeat(90)}${hiddenValue}` });
    for (const hours of [1, 2, 3]) {
      bench.now = start + hours * hourMs;
      await bench.look();
      await bench.work("model_auth");
      await bench.look();
    }
    expect(bench.said.map((message) => message.groupId)).toEqual(["home", "home", "home", "main"]);
    for (const { content } of bench.said) expect(content).not.toContain("ghp");
  });

  test("for a reason that stays is not tried again, and a success begins the count anew", async () => {
    await using bench = await open();
    await bench.task({ id: "t", schedule: hourly });
    for (const [index, failure] of (["model_auth", "model_auth", undefined, "model_auth"] as const).entries()) {
      bench.now = start + (index + 1) * hourMs;
      await bench.look();
      await bench.work(failure);
      await bench.look();
    }
    expect((await bench.store.runs.history("t", 9)).map((run) => run.tries)).toEqual([1, 1, 1, 1]);
    expect(bench.said.map((message) => message.groupId)).toEqual(["home", "home", "home", "home"]);
    expect(await bench.store.tasks.get("t")).toMatchObject({ failuresInRow: 1 });
  });
});

test("a look at 10,000 active tasks costs less than 5 ms, and memory stays as it is", async () => {
  await using bench = await open();
  await bench.task({ id: "t", schedule: hourly });
  bench.connection.exec(`
    insert into scheduled_tasks (id, group_id, name, schedule, timezone, prompt, context_mode, status, overlap, catch_up,
      grace_ms, may_manage_tasks, anchor_at, next_run_at, created_at, updated_at)
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 10000)
    select 'many' || i, group_id, name, schedule, timezone, prompt, context_mode, status, overlap, catch_up, grace_ms,
      may_manage_tasks, anchor_at, next_run_at + i * 1000, created_at, updated_at from scheduled_tasks, n
  `);
  expect(await bench.store.tasks.pending()).toBe(10_001);
  const look = async (): Promise<number> => {
    const begun = performance.now();
    await bench.look();
    await bench.store.tasks.nextDueAt();
    return performance.now() - begun;
  };
  for (let warm = 0; warm < 200; warm += 1) await look();
  const before = process.memoryUsage().heapUsed;
  const times: number[] = [];
  for (let count = 0; count < 1_000; count += 1) times.push(await look());
  const median = times.toSorted((a, b) => a - b)[500] ?? Number.NaN;
  const grownMib = (process.memoryUsage().heapUsed - before) / (1024 * 1024);
  process.stdout.write(`a look: ${median.toFixed(2)} ms (median of 1,000), ${grownMib.toFixed(1)} MiB grown\n`);
  // Beside other tests, in a worker that others use too, only orders of magnitude can be told.
  const isLong = process.env["PRAKTOR_LONG"] === "1";
  expect(median).toBeLessThan(isLong ? 5 : 100);
  expect(grownMib).toBeLessThan(isLong ? 32 : 256);
});
