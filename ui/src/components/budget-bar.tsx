/** How much of a budget is used. */
import type { BudgetView } from "@praktor/protocol/insight";
import { en } from "../text/en.ts";
import { UsedBar } from "./used-bar.tsx";

const t = en.budget;

export const BudgetBar = ({ budget, label }: { budget: BudgetView; label: string }) => (
  <UsedBar
    label={label}
    used={budget.used_usd}
    limit={budget.limit_usd}
    amounts={t.usedOf(budget.used_usd, budget.limit_usd)}
    state={budget.state}
    warning={budget.state === "fine" ? "" : t.state[budget.state]}
  />
);
