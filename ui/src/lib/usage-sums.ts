/** Adds up what was used: by day for the chart, by group or model for the table. Pure. */
import type { Amount, UsageDay, UsageRow } from "@praktor/protocol/insight";

export const nothing: Amount = { calls: 0, tokens: 0, cost_usd: 0, unpriced_calls: 0 };

export const sum = (amounts: readonly Amount[]): Amount =>
  amounts.reduce(
    (total, { calls, tokens, cost_usd: cost, unpriced_calls: unpriced }) => ({
      calls: total.calls + calls,
      tokens: total.tokens + tokens,
      cost_usd: total.cost_usd + cost,
      unpriced_calls: total.unpriced_calls + unpriced,
    }),
    nothing,
  );

export interface DaySum extends Amount {
  /** `2026-11-22`. */
  day: string;
}

const DAYS = 30;
const DAY_MS = 86_400_000;

/** Today and the 29 days before, oldest first, also those without a call. */
export const byDay = (days: readonly UsageDay[], today: string): DaySum[] => {
  const found = Map.groupBy(days, ({ day }) => day);
  return Array.from({ length: DAYS }, (_, index) => {
    const at = Date.parse(`${today}T00:00:00Z`) - (DAYS - 1 - index) * DAY_MS;
    const day = new Date(at).toISOString().slice(0, 10);
    return { day, ...sum(found.get(day) ?? []) };
  });
};

export interface Share {
  key: string;
  today: Amount;
  last_30_days: Amount;
}

/** The dearest of 30 days first; without a price the one with the most tokens. */
export const by = (rows: readonly UsageRow[], keyOf: (row: UsageRow) => string): Share[] =>
  [...Map.groupBy(rows, keyOf)]
    .map(([key, of]) => ({
      key,
      today: sum(of.map(({ today }) => today)),
      last_30_days: sum(of.map(({ last_30_days: month }) => month)),
    }))
    .toSorted(({ last_30_days: a }, { last_30_days: b }) => b.cost_usd - a.cost_usd || b.tokens - a.tokens);

/** True where nothing has a price: then tokens are all that can be compared. */
export const isUnpriced = (amount: Amount): boolean => amount.calls > 0 && amount.unpriced_calls === amount.calls;
