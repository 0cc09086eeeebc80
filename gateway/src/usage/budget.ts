/** A limit on what may be spent, and the sentences about it. Pure. */

export interface Budget {
  /** `group_day`: one group, today. `day`, `month`: all groups, today or in 30 days. */
  scope: "group_day" | "day" | "month";
  /** Null for all groups. */
  groupId: string | null;
  limitUsd: number;
}

export interface BudgetState extends Budget {
  usedUsd: number;
  /** `near`: 80 % or more is used. `spent`: nothing goes out any more. */
  state: "fine" | "near" | "spent";
}

const nearShare = 0.8;

export function budgetState(budget: Budget, usedUsd: number): BudgetState {
  const share = usedUsd / budget.limitUsd;
  return { ...budget, usedUsd, state: share >= 1 ? "spent" : share >= nearShare ? "near" : "fine" };
}

/** The same for the same budget, whatever its limit. */
export function budgetKey({ scope, groupId }: Budget): string {
  return groupId === null ? scope : `${scope}:${groupId}`;
}

/** Why a call may not go out, and what to do. */
export function refusalOf(budget: Budget, timeZone: string): string {
  const limit = dollars(budget.limitUsd);
  const anew = `00:00 ${timeZone}`;
  switch (budget.scope) {
    case "group_day":
      return `This group has used its budget of ${limit} for today; it starts anew at ${anew}. Raise it on the group's page under “Limits”.`;
    case "day":
      return `All groups together have used the budget of ${limit} for today; it starts anew at ${anew}. Raise budgets.per_day in Praktor's settings.`;
    case "month":
      return `All groups together have used the budget of ${limit} for 30 days; at ${anew} the oldest day leaves it. Raise budgets.per_30_days in Praktor's settings.`;
    default:
      return budget.scope satisfies never;
  }
}

/** Said once a day, when a budget is nearly used. */
export function warningOf(state: BudgetState, timeZone: string): string {
  const used = `${Math.floor((state.usedUsd / state.limitUsd) * 100)} % (${dollars(state.usedUsd)} of ${dollars(state.limitUsd)})`;
  const who = state.scope === "group_day" ? "This group has" : "All groups together have";
  const span = state.scope === "month" ? "30 days" : "today";
  const next =
    state.scope === "month" ? `the oldest day leaves it at 00:00 ${timeZone}` : `it starts anew at 00:00 ${timeZone}`;
  const then =
    state.state === "spent" ? "Nothing more is asked of the model" : "At 100 % nothing more is asked of the model";
  return `💰 ${who} used ${used} of the budget for ${span}. ${then}; ${next}.`;
}

/** `$2.00`; what is less than a cent with more places, so that it does not look like nothing. */
export function dollars(usd: number): string {
  const places = usd > 0 && usd < 0.01 ? 4 : 2;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })}`;
}
