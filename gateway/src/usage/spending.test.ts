import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BudgetState } from "./budget.ts";
import { Prices } from "./prices.ts";
import { Spending, type CallTicket, type SpendingOptions } from "./spending.ts";
import { nothingUsed } from "./usage-meter.ts";

/** A token costs a dollar, read or written. */
const price = { input: 1e6, output: 1e6, cacheWrite5m: 1e6, cacheWrite1h: 1e6, cacheRead: 1e6 };
const athens = "Europe/Athens";
/** In Athens it is already the 2nd. */
const lateEvening = Date.UTC(2026, 0, 1, 22, 30);
const dayMs = 86_400_000;

class Bench {
  now = lateEvening;
  readonly near: BudgetState[] = [];
  readonly parents = new Map<string, string>();
  readonly spending: Spending;

  constructor(limits: Partial<SpendingOptions["limits"]> = {}) {
    this.spending = new Spending({
      limits: { groupDay: null, day: null, month: null, ...limits },
      prices: new Prices({ "*": price }),
      timeZone: athens,
      now: () => this.now,
      payerOf: (id) => Promise.resolve({ id: this.parents.get(id) ?? id, dayBudgetUsd: "default" }),
      onNear: (state) => this.near.push(state),
    });
  }

  /** The refusal, or null; a call that may go out is left open. */
  async ask(groupId: string, most = 1): Promise<{ refusal: string | null; ticket: CallTicket }> {
    const ticket = await this.spending.begin(groupId);
    const request = { model: "m", bytes: 0, maxOutputTokens: most };
    return { refusal: await ticket.admit(request, new AbortController().signal), ticket };
  }

  async spend(groupId: string, usd: number): Promise<string | null> {
    const { refusal, ticket } = await this.ask(groupId, usd);
    if (refusal === null) pay(ticket, usd);
    return refusal;
  }
}

const pay = (ticket: CallTicket, usd: number): unknown => ticket.end("m", { ...nothingUsed, outputTokens: usd });
/** Whether the promise has settled by the time everything that can go on has. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
}

describe("budgets", () => {
  test("the call that reaches a group's budget is the last of the day, and its people are told why", async () => {
    const bench = new Bench({ groupDay: 2 });
    expect(await bench.spend("a", 1)).toBeNull();
    expect(await bench.spend("a", 4)).toBeNull();
    expect(await bench.spend("a", 1)).toBe(
      "This group has used its budget of $2.00 for today; it starts anew at 00:00 Europe/Athens. Raise it on the group's page under “Limits”.",
    );
    expect(await bench.spend("b", 1)).toBeNull();
    expect(await bench.spending.refusal("a")).toContain("This group has used its budget of $2.00");
    expect(await bench.spending.refusal("b")).toBeNull();
  });

  test("the day is the installation's", async () => {
    const bench = new Bench({ groupDay: 2 });
    expect(bench.spending.today()).toBe("2026-01-02");
    await bench.spend("a", 2);
    bench.now = Date.UTC(2026, 0, 2, 21, 59);
    expect(await bench.spend("a", 1)).toContain("budget");
    bench.now = Date.UTC(2026, 0, 2, 22, 0);
    expect(await bench.spend("a", 1)).toBeNull();
  });

  test("of all groups together, for a day and for 30 days", async () => {
    const bench = new Bench({ day: 3, month: 5 });
    await bench.spend("a", 1);
    await bench.spend("b", 2);
    expect(await bench.spend("c", 1)).toContain("All groups together have used the budget of $3.00 for today");
    bench.now += dayMs;
    expect(await bench.spend("c", 2)).toBeNull();
    bench.now += dayMs;
    expect(await bench.spend("c", 1)).toContain("$5.00 for 30 days");
    bench.now = lateEvening + 30 * dayMs;
    expect(await bench.spend("c", 2)).toBeNull();
  });

  test("a hidden group spends its parent's", async () => {
    const bench = new Bench({ groupDay: 2 });
    bench.parents.set("hidden", "a");
    await bench.spend("hidden", 2);
    expect(await bench.spend("a", 1)).toContain("This group has used its budget");
    expect(await bench.spending.refusal("hidden")).toContain("This group has used its budget");
  });

  test("a group's own budget goes before the usual one", async () => {
    const bench = new Bench({ groupDay: 2 });
    const states = bench.spending.states([
      { id: "a", dayBudgetUsd: 7 },
      { id: "b", dayBudgetUsd: null },
      { id: "c", dayBudgetUsd: "default" },
    ]);
    expect(states.map(({ groupId, limitUsd }) => `${groupId}: ${limitUsd}`)).toEqual(["a: 7", "c: 2"]);
  });

  test("what earlier lives spent counts", async () => {
    const bench = new Bench({ groupDay: 2, month: 10 });
    await bench.spending.load((since) => {
      expect(since).toBe("2025-12-04");
      return Promise.resolve([
        { day: "2025-12-04", groupId: "a", countedUsd: 7 },
        { day: "2026-01-02", groupId: "a", countedUsd: 1 },
      ]);
    });
    expect(bench.spending.states([{ id: "a", dayBudgetUsd: "default" }])).toMatchObject([
      { scope: "month", usedUsd: 8, state: "near" },
      { scope: "group_day", usedUsd: 1, state: "fine" },
    ]);
  });

  test("nearness is told from 80 % on, with every call", async () => {
    const bench = new Bench({ groupDay: 10 });
    for (const usd of [7, 1, 1, 1]) await bench.spend("a", usd);
    expect(bench.near.map(({ usedUsd, state }) => `${usedUsd} ${state}`)).toEqual(["8 near", "9 near", "10 spent"]);
  });

  test("without one nothing is held up", async () => {
    const bench = new Bench();
    expect((await bench.spending.begin("a")).limited).toBe(false);
  });
});

describe("calls at once", () => {
  test("near the limit one waits for the other, and is refused when that one took the rest", async () => {
    const bench = new Bench({ groupDay: 10 });
    const first = await bench.ask("a", 6);
    const second = bench.ask("a", 6);
    const small = await bench.ask("a", 4);
    expect(await isOpen(second)).toBe(true);
    pay(small.ticket, 4);
    expect(await isOpen(second)).toBe(true);
    pay(first.ticket, 6);
    expect((await second).refusal).toContain("budget of $10.00");
  });

  test("one that cost less than it could lets the next go", async () => {
    const bench = new Bench({ groupDay: 10 });
    const first = await bench.ask("a", 9);
    const second = bench.ask("a", 9);
    pay(first.ticket, 1);
    expect((await second).refusal).toBeNull();
  });

  test("a caller that goes away waits no longer", async () => {
    const bench = new Bench({ groupDay: 1 });
    await bench.ask("a", 9);
    const ticket = await bench.spending.begin("a");
    const caller = new AbortController();
    const waiting = ticket.admit({ model: "m", bytes: 9, maxOutputTokens: 9 }, caller.signal);
    caller.abort();
    await expect(waiting).rejects.toThrow(/abort/);
  });

  test("whatever calls come and end in whatever order, at most one goes over, and none waits for ever", async () => {
    const call = fc.record({
      most: fc.integer({ min: 0, max: 50 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const calls = fc.array(call, { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(calls, fc.integer({ min: 1, max: 100 }), fc.scheduler(), async (wanted, limit, scheduler) => {
        const bench = new Bench({ groupDay: limit });
        const paid: number[] = [];
        const all = wanted.map(async ({ most, share }) => {
          const { refusal, ticket } = await bench.ask("a", most);
          if (refusal !== null) return;
          await scheduler.schedule(Promise.resolve());
          const usd = Math.round(most * share);
          paid.push(usd);
          pay(ticket, usd);
        });
        await scheduler.waitFor(Promise.all(all));
        const total = paid.reduce((sum, usd) => sum + usd, 0);
        // Without its dearest call it stayed within the limit: no two went over.
        expect(total - Math.max(0, ...paid)).toBeLessThanOrEqual(limit);
        expect(paid.length < wanted.length).toBe(total >= limit && paid.length < wanted.length);
      }),
      { numRuns: 300 },
    );
  });
});
