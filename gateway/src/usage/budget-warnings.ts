/** Tells people that a budget is nearly used: once a day for each budget, also over a restart. */
import { z } from "zod";
import type { Day } from "../kit/day.ts";
import { Serial } from "../kit/serial.ts";
import { budgetKey, warningOf, type BudgetState } from "./budget.ts";

export interface BudgetWarningsOptions {
  settings: { get(key: string): Promise<string | null>; set(key: string, value: string): Promise<void> };
  timeZone: string;
  today: () => Day;
  /** `groupId` null: about all groups. */
  tell: (groupId: string | null, text: string) => Promise<void>;
}

const settingKey = "budgets.warned";
const Warned = z.object({ day: z.string(), budgets: z.array(z.string()) });

export class BudgetWarnings {
  readonly #options: BudgetWarningsOptions;
  /** Null until the store was asked. */
  #warned: { day: Day; budgets: Set<string> } | null = null;
  /** Two calls that end together tell it once. */
  readonly #looks = new Serial();

  constructor(options: BudgetWarningsOptions) {
    this.#options = options;
  }

  /** Rejects when it could neither be told nor noted. */
  async near(state: BudgetState): Promise<void> {
    await this.#looks.run(() => this.#once(state));
  }

  async #once(state: BudgetState): Promise<void> {
    const { settings, today, tell, timeZone } = this.#options;
    const day = today();
    this.#warned ??= await this.#stored();
    if (this.#warned?.day !== day) this.#warned = { day, budgets: new Set() };
    const key = budgetKey(state);
    if (this.#warned.budgets.has(key)) return;
    this.#warned.budgets.add(key);
    await settings.set(settingKey, JSON.stringify({ day, budgets: [...this.#warned.budgets] }));
    await tell(state.groupId, warningOf(state, timeZone));
  }

  async #stored(): Promise<{ day: Day; budgets: Set<string> } | null> {
    const text = await this.#options.settings.get(settingKey);
    if (text === null) return null;
    const { day, budgets } = Warned.parse(JSON.parse(text));
    return { day, budgets: new Set(budgets) };
  }
}
