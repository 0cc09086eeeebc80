/** How much of a budget is used. */
import type { BudgetView } from "@praktor/protocol/insight";
import { cn } from "../lib/cn.ts";
import { en } from "../text/en.ts";

const t = en.budget;
const COLOURS = {
  fine: "[&::-webkit-progress-value]:bg-accent",
  near: "[&::-webkit-progress-value]:bg-warn",
  spent: "[&::-webkit-progress-value]:bg-bad",
};
const MOZ_COLOURS = {
  fine: "[&::-moz-progress-bar]:bg-accent",
  near: "[&::-moz-progress-bar]:bg-warn",
  spent: "[&::-moz-progress-bar]:bg-bad",
};

export const BudgetBar = ({ budget, label }: { budget: BudgetView; label: string }) => (
  <div>
    <div className="flex items-baseline justify-between gap-3 text-[13px]">
      <span className="truncate">{label}</span>
      <span className="shrink-0 tabular-nums">
        {t.usedOf(budget.used_usd, budget.limit_usd)}
        {budget.state !== "fine" && (
          <span className={cn("ml-2 font-medium", budget.state === "near" ? "text-warn" : "text-bad")}>
            {t.state[budget.state]}
          </span>
        )}
      </span>
    </div>
    <progress
      aria-label={label}
      max={budget.limit_usd}
      value={Math.min(budget.used_usd, budget.limit_usd)}
      className={cn(
        "mt-1 block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-raised [&::-webkit-progress-bar]:bg-raised",
        COLOURS[budget.state],
        MOZ_COLOURS[budget.state],
      )}
    />
  </div>
);
