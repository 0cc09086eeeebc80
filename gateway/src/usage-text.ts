/** What was used and what it cost, as Markdown for a chat. Pure. */
import { escapeMarkdown } from "./kit/escape-markdown.ts";
import type { UsageDay } from "./store/contract/usage-store.ts";
import type { Group } from "./store/rows.ts";
import { dollars, type BudgetState } from "./usage/budget.ts";

export interface UsageTextInput {
  title: string;
  /** By calendar day; only of the groups that are told of. */
  days: readonly UsageDay[];
  today: string;
  groups: readonly Pick<Group, "id" | "name">[];
  budgets: readonly BudgetState[];
}

const mostLines = 10;
const scopes: Record<BudgetState["scope"], string> = {
  group_day: "this group, today",
  day: "all groups, today",
  month: "all groups, 30 days",
};

export function usageText({ title, days, today, groups, budgets }: UsageTextInput): string {
  const names = new Map(groups.map((group) => [group.id, escapeMarkdown(group.name)]));
  const ofToday = days.filter(({ day }) => day === today);
  const lines = [
    `**${escapeMarkdown(title)}**`,
    "",
    `- Today: ${words(ofToday)}`,
    `- 30 days: ${words(days)}`,
    ...(groups.length > 1 ? ["", "By group, today · 30 days:", ...list(days, ofToday, nameOf)] : []),
    ...(days.length > 0
      ? ["", "By model, today · 30 days:", ...list(days, ofToday, ({ model }) => `\`${model}\``)]
      : []),
    ...(budgets.length > 0 ? ["", "Budgets:", ...budgets.map(budgetLine)] : []),
  ];
  return lines.join("\n");

  function nameOf({ groupId }: UsageDay): string {
    return names.get(groupId) ?? groupId;
  }
}

function list(
  days: readonly UsageDay[],
  ofToday: readonly UsageDay[],
  nameOf: (day: UsageDay) => string,
): readonly string[] {
  const found = [...Map.groupBy(days, nameOf)].toSorted(([, a], [, b]) => costOf(b) - costOf(a));
  const lines = found.slice(0, mostLines).map(([name, all]) => {
    const some = ofToday.filter((day) => nameOf(day) === name);
    return `- ${name}: ${words(some)} · ${words(all)}`;
  });
  return found.length > mostLines ? [...lines, `- …and ${found.length - mostLines} more, on the page`] : lines;
}

function words(days: readonly UsageDay[]): string {
  const calls = sum(days, (day) => day.calls);
  if (calls === 0) return "nothing";
  const tokens = sum(days, (day) => day.inputTokens + day.outputTokens + day.cacheReadTokens + day.cacheWriteTokens);
  return `${costWords(days, calls)}, ${tokens.toLocaleString("en-US")} tokens`;
}

/** A call whose price nobody knows did not cost nothing. */
function costWords(days: readonly UsageDay[], calls: number): string {
  const unpriced = sum(days, (day) => day.unpricedCalls);
  if (unpriced === calls) return "no price known";
  const known = dollars(costOf(days));
  return unpriced === 0 ? known : `${known} and ${unpriced} ${unpriced === 1 ? "call" : "calls"} without a known price`;
}

function budgetLine({ scope, usedUsd, limitUsd, state }: BudgetState): string {
  const mark = { fine: "", near: " ⚠️", spent: " ⛔️" }[state];
  return `- ${scopes[scope]}: ${dollars(usedUsd)} of ${dollars(limitUsd)}${mark}`;
}

function costOf(days: readonly UsageDay[]): number {
  return sum(days, (day) => day.costUsd);
}

function sum(days: readonly UsageDay[], valueOf: (day: UsageDay) => number): number {
  return days.reduce((total, day) => total + valueOf(day), 0);
}
