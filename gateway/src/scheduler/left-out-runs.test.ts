import { expect, test } from "vitest";
import type { Turn } from "../store/rows.ts";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { LeftOutRuns } from "./left-out-runs.ts";
import { SchedulerBench } from "./testing/scheduler-bench.ts";

const databases = temporaryDatabases();
const start = Date.UTC(2026, 2, 2, 8);
const minuteMs = 60_000;
const everyMinute = { kind: "interval", interval_ms: minuteMs } as const;
const spent = "This group has used its budget of $2.00 for today; it starts anew at 00:00 UTC.";

class Rehearsal {
  readonly bench: SchedulerBench;
  readonly told: string[] = [];
  day = "2026-03-02";
  leftOut = this.#make();

  constructor(bench: SchedulerBench) {
    this.bench = bench;
  }

  #make(): LeftOutRuns {
    return new LeftOutRuns({
      runs: { ofTurn: (id) => this.bench.store.runs.ofTurn(id) },
      settings: {
        get: (key) => this.bench.store.settings.get(key),
        set: (key, value) => this.bench.store.settings.set(key, value),
      },
      today: () => this.day,
      tell: async (groupId, text) => void this.told.push(`${groupId}: ${text}`),
    });
  }

  restart(): void {
    this.leftOut = this.#make();
  }

  /** The turns that are due a minute later. */
  async due(): Promise<Turn[]> {
    this.bench.now += minuteMs;
    await this.bench.look();
    const runnable = await this.bench.store.turns.runnable();
    const turns = runnable.map(({ conversationId }) =>
      this.bench.store.turns.claim({ conversationId, epoch: 1, deadlineAt: this.bench.now + 1e9 }),
    );
    return (await Promise.all(turns)).filter((turn) => turn !== null);
  }

  /** What the dispatcher does with a turn whose refusal is known; any other stays open. */
  async leaveOut(turn: Turn, reason = spent): Promise<void> {
    if (!(await this.leftOut.isKnown(turn, reason))) return;
    const end = { state: "cancelled", code: "not_needed", error: reason, explanation: "Left out." } as const;
    await this.bench.store.turns.end({ turnId: turn.id, ...end, parts: [] });
    await this.bench.look();
  }
}

test("a series without budget is told once, until the day turns or the budget is another, over a restart", async () => {
  await using bench = await SchedulerBench.open(databases.path(), start);
  const rehearsal = new Rehearsal(bench);
  await bench.task({ id: "first", schedule: everyMinute });
  await bench.task({ id: "second", schedule: everyMinute, contextMode: "group" });
  const round = async (reason = spent): Promise<void> => {
    const turns = await rehearsal.due();
    expect(turns).toHaveLength(2);
    await Promise.all(turns.map((turn) => rehearsal.leaveOut(turn, reason)));
  };
  await round();
  expect(rehearsal.told).toEqual([expect.stringMatching(/^home: ⏸ .* was left out.* starts anew at 00:00 UTC\./)]);
  await round();
  rehearsal.restart();
  await round();
  expect(rehearsal.told).toHaveLength(1);
  const runs = await bench.store.runs.history("first", 9);
  expect(runs.map(({ state, error }) => [state, error])).toEqual(Array.from({ length: 3 }, () => ["skipped", spent]));
  expect(await bench.store.tasks.get("first")).toMatchObject({ failuresInRow: 0, status: "active" });
  expect(bench.said).toEqual([]);

  await round("Another budget.");
  expect(rehearsal.told).toHaveLength(2);
  await round();
  expect(rehearsal.told).toHaveLength(3);
  rehearsal.day = "2026-03-03";
  await round();
  expect(rehearsal.told).toHaveLength(4);
  for (const turn of await rehearsal.due()) {
    await rehearsal.leftOut.mayRun(turn);
    await bench.store.turns.end({
      turnId: turn.id,
      state: "failed",
      code: "lost",
      error: "lost",
      explanation: "Lost.",
      parts: [],
    });
  }
  await bench.look();
  await round();
  expect(rehearsal.told).toHaveLength(5);
});

test("a run that somebody began, one that comes never again, and a person's message speak for themselves", async () => {
  await using bench = await SchedulerBench.open(databases.path(), start);
  const rehearsal = new Rehearsal(bench);
  await bench.task({ id: "once", schedule: { kind: "once", at_ms: start + minuteMs } });
  const yearly = await bench.task({ id: "by-hand", schedule: { kind: "interval", interval_ms: 1e10 } });
  await bench.scheduler.runNow(yearly);
  const turns = await rehearsal.due();
  expect(turns).toHaveLength(2);
  const messages = turns.map((turn) => ({ ...turn, sender: "user:7" }));
  for (const turn of [...turns, ...messages]) expect(await rehearsal.leftOut.isKnown(turn, spent)).toBe(false);
  expect(rehearsal.told).toEqual([]);
});
