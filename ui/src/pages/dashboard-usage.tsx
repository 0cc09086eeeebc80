/** What it costs: today and 30 days, day by day, by group and model, and what may still be spent. */
import type { UsageView } from "@praktor/protocol/insight";
import type { GroupView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { usageQuery } from "../api/queries.ts";
import { BudgetBar } from "../components/budget-bar.tsx";
import { Card } from "../components/card.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Segments } from "../components/segments.tsx";
import { LoadingRows } from "../components/states.tsx";
import { useTheme } from "../lib/theme.ts";
import { byDay, isUnpriced, sum } from "../lib/usage-sums.ts";
import { en } from "../text/en.ts";
import { CostDays } from "./cost-days.tsx";
import { CostShares } from "./cost-shares.tsx";

const t = en.usage;
const CostChart = lazy(async () => ({ default: (await import("./cost-chart.tsx")).CostChart }));

export const UsageCard = ({ groups }: { groups: readonly GroupView[] }) => {
  const usage = useQuery(usageQuery);
  const [view, setView] = useState<"chart" | "table">("chart");
  return (
    <Card
      title={t.title}
      aside={
        usage.data !== undefined &&
        usage.data.rows.length > 0 && (
          <Segments
            label={t.view}
            value={view}
            options={[
              { value: "chart", label: t.chart },
              { value: "table", label: t.table },
            ]}
            onChange={setView}
          />
        )
      }
    >
      <QueryView query={usage} what={t.what} loading={<LoadingRows rows={4} />}>
        {(data) => (
          <>
            {data.rows.length === 0 ? (
              <p className="p-4 text-muted">{t.none}</p>
            ) : (
              <>
                <Figures usage={data} />
                <Days usage={data} view={view} />
                <CostShares rows={data.rows} groups={groups} />
              </>
            )}
            <Budgets usage={data} groups={groups} />
          </>
        )}
      </QueryView>
    </Card>
  );
};

const Figures = ({ usage: { rows } }: { usage: UsageView }) => {
  const spans = [
    [t.today, sum(rows.map((row) => row.today))],
    [t.month, sum(rows.map((row) => row.last_30_days))],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-4 px-4 pt-3">
      {spans.map(([name, amount]) => (
        <div key={name}>
          <dt className="text-[13px] text-muted">{name}</dt>
          <dd className="text-2xl font-semibold tracking-tight tabular-nums">
            {isUnpriced(amount) ? <span className="text-base font-medium">{t.noPrice}</span> : t.cost(amount.cost_usd)}
          </dd>
          <dd className="text-xs text-muted">
            {t.tokens(amount.tokens)}
            {amount.unpriced_calls > 0 && !isUnpriced(amount) && ` · ${t.unpriced(amount.unpriced_calls)}`}
          </dd>
        </div>
      ))}
    </dl>
  );
};

const Days = ({ usage, view }: { usage: UsageView; view: "chart" | "table" }) => {
  const days = useMemo(() => byDay(usage.days, usage.today), [usage.days, usage.today]);
  const [theme] = useTheme();
  if (view === "table") return <CostDays days={days} />;
  return (
    <Suspense fallback={<div className="h-52" />}>
      {/* Its colours are the theme's. */}
      <CostChart key={theme} days={days} unit={isUnpriced(sum(days)) ? "tokens" : "cost"} />
    </Suspense>
  );
};

const Budgets = ({ usage: { budgets }, groups }: { usage: UsageView; groups: readonly GroupView[] }) => {
  // Of groups only those that need a look: there may be many.
  const shown = budgets.filter(({ scope, state }) => scope !== "group_day" || state !== "fine");
  if (shown.length === 0) return null;
  const nameOf = (groupId: string | null): string => groups.find(({ id }) => id === groupId)?.name ?? groupId ?? "";
  return (
    <div className="space-y-3 border-t p-4">
      <h3 className="text-xs font-medium text-muted">{en.budget.title}</h3>
      {shown.map((budget) => (
        <BudgetBar
          key={`${budget.scope} ${budget.group_id}`}
          budget={budget}
          label={en.budget.scope[budget.scope](nameOf(budget.group_id))}
        />
      ))}
    </div>
  );
};
