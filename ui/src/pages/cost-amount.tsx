/** A cell with dollars, and tokens below. A call whose price nobody knows did not cost nothing. */
import type { Amount } from "@praktor/protocol/insight";
import { cn } from "../lib/cn.ts";
import { en } from "../text/en.ts";

const t = en.usage;

export const CostAmount = ({ amount, className }: { amount: Amount; className?: string }) => (
  <td className={cn("py-1.5 text-right tabular-nums", className)}>
    <span className="block">{t.amountCost(amount)}</span>
    {amount.calls > 0 && <span className="block text-xs font-normal text-muted">{t.tokens(amount.tokens)}</span>}
  </td>
);
