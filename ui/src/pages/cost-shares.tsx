/** Who used it: by group or by model, today and in 30 days. */
import type { GroupView } from "@praktor/protocol/rest";
import type { UsageRow } from "@praktor/protocol/insight";
import { useState } from "react";
import { Segments } from "../components/segments.tsx";
import { by, sum } from "../lib/usage-sums.ts";
import { CostAmount } from "./cost-amount.tsx";
import { en } from "../text/en.ts";

const t = en.usage;

export const CostShares = ({ rows, groups }: { rows: readonly UsageRow[]; groups: readonly GroupView[] }) => {
  const [by_, setBy] = useState<"group" | "model">("group");
  const names = new Map(groups.map((group) => [group.id, group.name]));
  const shares = by_ === "group" ? by(rows, (row) => row.group_id) : by(rows, (row) => row.model);
  return (
    <div className="border-t">
      <table className="w-full text-[13px]">
        <thead>
          <tr className="border-b text-xs text-muted">
            <td className="py-1.5 pl-3">
              <div className="flex">
                <Segments
                  label={t.by}
                  value={by_}
                  options={[
                    { value: "group", label: t.byGroup },
                    { value: "model", label: t.byModel },
                  ]}
                  onChange={setBy}
                />
              </div>
            </td>
            <th scope="col" className="px-3 text-right font-medium">
              {t.today}
            </th>
            <th scope="col" className="pr-4 text-right font-medium">
              {t.month}
            </th>
          </tr>
        </thead>
        <tbody className="divide-y">
          {shares.map(({ key, today, last_30_days: month }) => (
            <tr key={key}>
              <th scope="row" className="max-w-0 truncate py-1.5 pl-4 text-left font-medium">
                {by_ === "group" ? (names.get(key) ?? key) : key}
              </th>
              <CostAmount amount={today} className="w-32 px-3" />
              <CostAmount amount={month} className="w-32 pr-4" />
            </tr>
          ))}
        </tbody>
        {shares.length > 1 && (
          <tfoot>
            <tr className="border-t font-semibold">
              <th scope="row" className="py-1.5 pl-4 text-left font-semibold">
                {t.total}
              </th>
              <CostAmount amount={sum(rows.map(({ today }) => today))} className="px-3" />
              <CostAmount amount={sum(rows.map(({ last_30_days: month }) => month))} className="pr-4" />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
};
