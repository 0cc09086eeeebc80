import { expect, test } from "vitest";
import type { UsageDay } from "./store/contract/usage-store.ts";
import { budgetState } from "./usage/budget.ts";
import { usageText } from "./usage-text.ts";

const today = "2026-01-02";
const used = (day: string, groupId: string, model: string, costUsd: number | null): UsageDay => ({
  day,
  groupId,
  model,
  calls: 1,
  unpricedCalls: costUsd === null ? 1 : 0,
  inputTokens: 1000,
  outputTokens: 200,
  cacheReadTokens: 30,
  cacheWriteTokens: 4,
  costUsd: costUsd ?? 0,
  countedUsd: 1,
});
const group = (id: string, name: string): { id: string; name: string } => ({ id, name });

test("dollars and tokens by group and model, the dearest first; what has no price is no $0", () => {
  const days = [used("2025-12-20", "a", "big", 2), used(today, "b", "big", 3.5), used(today, "a", "own", null)];
  const budgets = [budgetState({ scope: "day", groupId: null, limitUsd: 4 }, 3.5)];
  const groups = [group("a", "Home"), group("b", "Work")];
  expect(usageText({ title: "All groups", days, today, groups, budgets })).toBe(
    [
      "**All groups**",
      "",
      "- Today: $3.50 and 1 call without a known price, 2,468 tokens",
      "- 30 days: $5.50 and 1 call without a known price, 3,702 tokens",
      "",
      "By group, today · 30 days:",
      "- Work: $3.50, 1,234 tokens · $3.50, 1,234 tokens",
      "- Home: no price known, 1,234 tokens · $2.00 and 1 call without a known price, 2,468 tokens",
      "",
      "By model, today · 30 days:",
      "- `big`: $3.50, 1,234 tokens · $5.50, 2,468 tokens",
      "- `own`: no price known, 1,234 tokens · no price known, 1,234 tokens",
      "",
      "Budgets:",
      "- all groups, today: $3.50 of $4.00 ⚠️",
    ].join("\n"),
  );
});

test("nothing is nothing", () => {
  expect(usageText({ title: "Home", days: [], today, groups: [group("a", "Home")], budgets: [] })).toBe(
    "**Home**\n\n- Today: nothing\n- 30 days: nothing",
  );
});
