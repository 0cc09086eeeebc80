/** What model calls cost, and budgets. */
import { compact, cost, plural, spentOf } from "./amounts.ts";

export const usageTexts = {
  usage: {
    title: "What it costs",
    what: "The usage",
    none: "No model call in 30 days.",
    view: "How the days are shown",
    chart: "Chart",
    table: "Table",
    by: "Added up by",
    byGroup: "Groups",
    byModel: "Models",
    today: "Today",
    month: "30 days",
    total: "Total",
    noPrice: "no price known",
    chartLabel: "Bars: what each of the last 30 days cost. The table shows the same.",
    daysLabel: "What each day cost",
    dayColumn: "Day",
    calls: "Calls",
    amountColumn: "Cost and tokens",
    callsOf: (calls: number) => plural(calls, "call", "calls"),
    unpriced: (calls: number) => `${plural(calls, "call", "calls")} without a known price`,
    day: (day: string) =>
      day === "" ? "" : new Date(`${day}T12:00:00`).toLocaleDateString("en-GB", { day: "numeric", month: "short" }),
    cost,
    axisCost: (usd: number) =>
      `$${usd.toLocaleString("en-US", { minimumFractionDigits: Number.isInteger(usd) ? 0 : 2, maximumFractionDigits: 3 })}`,
    axisTokens: (tokens: number) => compact(tokens),
    tokens: (tokens: number) => `${compact(tokens)} tokens`,
    /** Of nothing at all: a dash. */
    amountCost: (amount: { calls: number; cost_usd: number; unpriced_calls: number }): string => {
      if (amount.calls === 0) return "–";
      if (amount.unpriced_calls === amount.calls) return usageTexts.usage.noPrice;
      return `${cost(amount.cost_usd)}${amount.unpriced_calls > 0 ? " + ?" : ""}`;
    },
    amount: (amount: { calls: number; tokens: number; cost_usd: number; unpriced_calls: number }): string =>
      amount.calls === 0
        ? "nothing"
        : `${usageTexts.usage.amountCost(amount)} · ${usageTexts.usage.tokens(amount.tokens)} · ${usageTexts.usage.callsOf(amount.calls)}`,
  },
  budget: {
    title: "Budgets",
    limits: "Limits",
    perDay: "Budget a day",
    usedToday: "Used today",
    kind: { default: "As in the settings", own: "A limit of its own", none: "No limit" },
    amount: "Dollars a day",
    amountHint: "At 80 % the chat is told. At 100 % the model is not asked again that day.",
    invalid: "Write an amount such as 2 or 0.50.",
    save: "Save limits",
    saved: (name: string) => `The limits of ${name} are saved.`,
    saveFailed: "The limits were not saved",
    usedOf: spentOf,
    state: { near: "nearly used", spent: "used up" },
    scope: {
      group_day: (name: string) => `${name}, today`,
      day: () => "All groups, today",
      month: () => "All groups, 30 days",
    },
  },
};
