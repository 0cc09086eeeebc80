/** What the agents cost: today and in 30 days, by group and model. */
import type { GroupView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { usageQuery } from "../api/queries.ts";
import { Card } from "../components/card.tsx";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { en } from "../text/en.ts";

const t = en.usage;

export const UsageCard = ({ groups }: { groups: readonly GroupView[] }) => {
  const usage = useQuery(usageQuery);
  const names = new Map(groups.map((group) => [group.id, group.name]));
  return (
    <Card title={t.title}>
      <QueryView query={usage} what={t.what} loading={<LoadingRows rows={2} />}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="p-4 text-muted">{t.none}</p>
          ) : (
            <table className="w-full text-[13px]">
              <thead>
                <tr className="border-b text-left text-xs text-muted">
                  <th scope="col" className="h-9 pl-4 font-medium">
                    {t.group}
                  </th>
                  <th scope="col" className="px-3 text-right font-medium">
                    {t.today}
                  </th>
                  <th scope="col" className="pr-4 text-right font-medium">
                    {t.month}
                  </th>
                </tr>
              </thead>
              <tbody className="divide-y">
                {rows.map((row) => (
                  <tr key={`${row.group_id} ${row.model}`}>
                    <th scope="row" className="max-w-0 py-2 pl-4 text-left font-normal">
                      <span className="block truncate font-medium">{names.get(row.group_id) ?? row.group_id}</span>
                      <span className="block truncate text-xs text-muted">{row.model}</span>
                    </th>
                    <Amount {...row.today} className="w-28 px-3" />
                    <Amount {...row.last_30_days} className="w-28 pr-4" />
                  </tr>
                ))}
              </tbody>
              <tfoot>
                <tr className="border-t">
                  <th scope="row" className="py-2 pl-4 text-left font-semibold">
                    {t.total}
                  </th>
                  <Amount {...sum(rows.map((row) => row.today))} className="px-3 font-semibold" />
                  <Amount {...sum(rows.map((row) => row.last_30_days))} className="pr-4 font-semibold" />
                </tr>
              </tfoot>
            </table>
          )
        }
      </QueryView>
    </Card>
  );
};

interface Sum {
  tokens: number;
  cost_usd: number;
}

const Amount = ({ tokens, cost_usd: cost, className }: Sum & { className: string }) => (
  <td className={`py-2 text-right tabular-nums ${className}`}>
    {/* Where nobody knows the price, a cost of nothing would be a lie. */}
    {cost > 0 && <span className="block">{t.cost(cost)}</span>}
    <span className={cost > 0 ? "block text-xs font-normal text-muted" : "block"}>{t.tokens(tokens)}</span>
  </td>
);

const sum = (amounts: readonly Sum[]): Sum => ({
  tokens: amounts.reduce((total, { tokens }) => total + tokens, 0),
  cost_usd: amounts.reduce((total, { cost_usd: cost }) => total + cost, 0),
});
