/**
 * What was spent, and whether one more call may go out. A call's cost is known only when it has ended, so near a limit calls go one
 * after the other: whatever they cost, at most one of them goes over it.
 */
import { abortable } from "../kit/deadline.ts";
import { dayIn, daysBefore, type Day } from "../kit/day.ts";
import { budgetKey, budgetState, refusalOf, type Budget, type BudgetState } from "./budget.ts";
import type { CallBounds, Cost, Prices } from "./prices.ts";
import type { MeteredUsage } from "./usage-meter.ts";

/** Whose budget pays for a group's calls. */
export interface Payer {
  id: string;
  /** Dollars a day; null: no limit. */
  dayBudgetUsd: number | null | "default";
}

export interface SpendingOptions {
  /** Dollars; null: no limit. `month` is today and the 29 days before. */
  limits: { groupDay: number | null; day: number | null; month: number | null };
  prices: Prices;
  timeZone: string;
  now: () => number;
  /** The group itself, or a hidden group's parent. */
  payerOf: (groupId: string) => Promise<Payer>;
  /** A budget is near its limit, or spent. Called with every call that ends so. */
  onNear: (state: BudgetState) => void;
}

/** One call from before it goes out until its cost is known. */
export interface CallTicket {
  payerId: string;
  /** False: nothing limits it, and it need not be admitted. */
  limited: boolean;
  /** Null: it may go out, after a wait where it had to. Else the sentence why not. Rejects when the signal aborts. */
  admit(request: CallBounds & { model: string }, signal: AbortSignal): Promise<string | null>;
  /**
   * It has ended: counts what it cost. For every ticket, once; a call that never went out used nothing. `declined`: models that may have
   * written a part of it, which is told in one sum: it counts as the dearest's.
   */
  end(model: string, usage: MeteredUsage, declined?: readonly string[]): Cost;
}

const windowDays = 30;

export class Spending {
  readonly #options: SpendingOptions;
  readonly #dayOf: (at: number) => Day;
  /** By day, of all groups; by group, of today. */
  readonly #days = new Map<Day, number>();
  readonly #groups = new Map<string, number>();
  #today: Day;
  /** By budget: the most that calls under way may cost. */
  readonly #reserved = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  constructor(options: SpendingOptions) {
    this.#options = options;
    this.#dayOf = dayIn(options.timeZone);
    this.#today = this.#dayOf(options.now());
  }

  get timeZone(): string {
    return this.#options.timeZone;
  }

  /** The calendar day in the installation's zone. */
  today(): Day {
    const today = this.#dayOf(this.#options.now());
    if (today !== this.#today) {
      this.#today = today;
      this.#groups.clear();
      for (const day of this.#days.keys()) if (day < this.#windowStart()) this.#days.delete(day);
    }
    return today;
  }

  /** The first day whose sums count. */
  #windowStart(): Day {
    return daysBefore(this.#today, windowDays - 1);
  }

  /** Takes over what earlier lives spent. Before the first call. */
  async load(sums: (since: Day) => Promise<{ day: Day; groupId: string; countedUsd: number }[]>): Promise<void> {
    const today = this.today();
    for (const { day, groupId, countedUsd } of await sums(this.#windowStart())) {
      add(this.#days, day, countedUsd);
      if (day === today) add(this.#groups, groupId, countedUsd);
    }
  }

  /** The budgets of all groups together, and of the groups that are named. */
  states(payers: readonly Payer[]): BudgetState[] {
    const shared = this.#shared();
    const own = payers.flatMap((payer) => this.#own(payer));
    return [...shared, ...own].map((budget) => budgetState(budget, this.#used(budget)));
  }

  /** The sentence why no call of this group's may go out now, or null. */
  async refusal(groupId: string): Promise<string | null> {
    return this.#refusal(this.#budgetsOf(await this.#options.payerOf(groupId)));
  }

  async begin(groupId: string): Promise<CallTicket> {
    const payer = await this.#options.payerOf(groupId);
    const budgets = this.#budgetsOf(payer);
    let reservedUsd: number | null = null;
    return {
      payerId: payer.id,
      limited: budgets.length > 0,
      admit: async (request, signal) => {
        const mostUsd = this.#options.prices.most(request.model, request);
        for (;;) {
          signal.throwIfAborted();
          const refusal = this.#refusal(budgets);
          if (refusal !== null) return refusal;
          if (budgets.every((budget) => this.#hasRoom(budget, mostUsd))) break;
          await this.#nextEnd(signal);
        }
        reservedUsd = mostUsd;
        for (const budget of budgets) add(this.#reserved, budgetKey(budget), mostUsd);
        return null;
      },
      end: (model, usage, declined = []) => {
        const { prices } = this.#options;
        const { usd, countedUsd } = prices.cost(model, usage);
        const cost = {
          usd,
          countedUsd: Math.max(countedUsd, ...declined.map((one) => prices.cost(one, usage).countedUsd)),
        };
        this.#count(payer.id, cost.countedUsd);
        if (reservedUsd !== null) for (const budget of budgets) this.#release(budget, reservedUsd);
        reservedUsd = null;
        for (const wake of this.#waiting) wake();
        if (cost.countedUsd > 0) this.#tellNear(budgets);
        return cost;
      },
    };
  }

  #budgetsOf(payer: Payer): Budget[] {
    return [...this.#own(payer), ...this.#shared()];
  }

  #refusal(budgets: readonly Budget[]): string | null {
    const spent = budgets.find((budget) => this.#used(budget) >= budget.limitUsd);
    return spent ? refusalOf(spent, this.#options.timeZone) : null;
  }

  #own(payer: Payer): Budget[] {
    const limitUsd = payer.dayBudgetUsd === "default" ? this.#options.limits.groupDay : payer.dayBudgetUsd;
    return limitUsd === null ? [] : [{ scope: "group_day", groupId: payer.id, limitUsd }];
  }

  #shared(): Budget[] {
    const { day, month } = this.#options.limits;
    return [
      ...(day === null ? [] : [{ scope: "day", groupId: null, limitUsd: day } as const]),
      ...(month === null ? [] : [{ scope: "month", groupId: null, limitUsd: month } as const]),
    ];
  }

  #used({ scope, groupId }: Budget): number {
    const today = this.today();
    switch (scope) {
      case "group_day":
        return this.#groups.get(groupId ?? "") ?? 0;
      case "day":
        return this.#days.get(today) ?? 0;
      case "month":
        return [...this.#days.values()].reduce((sum, usd) => sum + usd, 0);
      default:
        return scope satisfies never;
    }
  }

  /** A call alone may go over; one beside others must fit with the most that all of them can cost. */
  #hasRoom(budget: Budget, mostUsd: number): boolean {
    const reservedUsd = this.#reserved.get(budgetKey(budget));
    return reservedUsd === undefined || this.#used(budget) + reservedUsd + mostUsd <= budget.limitUsd;
  }

  #release(budget: Budget, usd: number): void {
    const key = budgetKey(budget);
    const left = (this.#reserved.get(key) ?? 0) - usd;
    // Sums of fractions leave a rest that is nothing.
    if (left > 1e-9) this.#reserved.set(key, left);
    else this.#reserved.delete(key);
  }

  #count(payerId: string, usd: number): void {
    const today = this.today();
    add(this.#days, today, usd);
    add(this.#groups, payerId, usd);
  }

  #tellNear(budgets: readonly Budget[]): void {
    for (const budget of budgets) {
      const state = budgetState(budget, this.#used(budget));
      if (state.state !== "fine") this.#options.onNear(state);
    }
  }

  async #nextEnd(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    try {
      await abortable(promise, signal);
    } finally {
      this.#waiting.delete(resolve);
    }
  }
}

function add<Key>(sums: Map<Key, number>, key: Key, usd: number): void {
  sums.set(key, (sums.get(key) ?? 0) + usd);
}
