import { expect, test } from "vitest";
import { BudgetWarnings } from "./budget-warnings.ts";
import { budgetState, type Budget } from "./budget.ts";

const ofGroup: Budget = { scope: "group_day", groupId: "a", limitUsd: 2 };
const ofAll: Budget = { scope: "month", groupId: null, limitUsd: 20 };

test("each budget's nearness is told once a day, also over a restart", async () => {
  const kept = new Map<string, string>();
  const told: string[] = [];
  let day = "2026-01-02";
  const start = (): BudgetWarnings =>
    new BudgetWarnings({
      settings: {
        get: (key) => Promise.resolve(kept.get(key) ?? null),
        set: (key, value) => Promise.resolve(void kept.set(key, value)),
      },
      timeZone: "Europe/Athens",
      today: () => day,
      tell: (groupId, text) => Promise.resolve(void told.push(`${groupId}: ${text}`)),
    });
  const warnings = start();
  await Promise.all([1.66, 1.7].map((used) => warnings.near(budgetState(ofGroup, used))));
  await warnings.near(budgetState(ofAll, 25));
  await start().near(budgetState(ofGroup, 2));
  expect(told).toEqual([
    "a: 💰 This group has used 83 % ($1.66 of $2.00) of the budget for today. At 100 % nothing more is asked of the model; it starts anew at 00:00 Europe/Athens.",
    "null: 💰 All groups together have used 125 % ($25.00 of $20.00) of the budget for 30 days. Nothing more is asked of the model; the oldest day leaves it at 00:00 Europe/Athens.",
  ]);
  day = "2026-01-03";
  await warnings.near(budgetState(ofGroup, 2));
  expect(told).toHaveLength(3);
});
