/** How much of something limited is used. */
import { cn } from "../lib/cn.ts";

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

interface UsedBarProps {
  label: string;
  used: number;
  limit: number;
  /** Both as words. */
  amounts: string;
  state: keyof typeof COLOURS;
  /** What the state means, where it is not fine. */
  warning: string;
  hint?: string;
}

export const UsedBar = ({ label, used, limit, amounts, state, warning, hint }: UsedBarProps) => (
  <div title={hint}>
    <div className="flex items-baseline justify-between gap-3 text-[13px]">
      <span className="truncate">{label}</span>
      <span className="shrink-0 tabular-nums">
        {amounts}
        {state !== "fine" && (
          <span className={cn("ml-2 font-medium", state === "near" ? "text-warn" : "text-bad")}>{warning}</span>
        )}
      </span>
    </div>
    <progress
      aria-label={label}
      max={limit}
      value={Math.min(used, limit)}
      className={cn(
        "mt-1 block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-raised [&::-webkit-progress-bar]:bg-raised",
        COLOURS[state],
        MOZ_COLOURS[state],
      )}
    />
  </div>
);
