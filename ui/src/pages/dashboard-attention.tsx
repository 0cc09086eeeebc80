/** What needs a person: failed turns, answers that did not arrive for sure, and budgets; nothing at all when all went well. */
import type { BudgetView } from "@praktor/protocol/insight";
import type { GroupView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleDollarSign, CircleHelp } from "lucide-react";
import { attentionQuery, usageQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Card } from "../components/card.tsx";
import { Stale } from "../components/states.tsx";
import { ago, moment } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";

const t = en.attention;

export const AttentionCard = ({ groups }: { groups: readonly GroupView[] }) => {
  const { data, error, refetch } = useQuery(attentionQuery);
  const { data: usage } = useQuery(usageQuery);
  const nowMs = useNow();
  if (error !== null) return <Stale what={t.what} error={error} onRetry={() => void refetch()} />;
  const budgets = usage?.budgets.filter(({ state }) => state !== "fine") ?? [];
  const count = (data?.troubles.length ?? 0) + budgets.length;
  if (data === undefined || count === 0) return null;
  const names = new Map(groups.map((group) => [group.id, group.name]));
  return (
    <Card title={t.title} aside={<Badge tone={data.troubles.length > 0 ? "bad" : "warn"}>{count}</Badge>}>
      <ul className="divide-y">
        {budgets.map((budget) => (
          <NearBudget
            key={`${budget.scope} ${budget.group_id}`}
            budget={budget}
            name={names.get(budget.group_id ?? "") ?? ""}
          />
        ))}
        {data.troubles.map((trouble) => {
          const Icon = trouble.kind === "delivery_uncertain" ? CircleHelp : CircleAlert;
          return (
            <li key={`${trouble.kind} ${trouble.message_id} ${trouble.at}`}>
              <Link
                to="/conversations/$groupId"
                params={{ groupId: trouble.group_id }}
                search={{
                  conversation: trouble.conversation_id,
                  ...(trouble.message_id === null ? {} : { message: trouble.message_id }),
                }}
                className="flex gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-raised"
              >
                <Icon
                  className={`mt-0.5 size-4 shrink-0 ${trouble.kind === "delivery_uncertain" ? "text-warn" : "text-bad"}`}
                  aria-hidden="true"
                />
                <span className="min-w-0 flex-1">
                  <span className="flex items-baseline gap-2">
                    <span className="truncate font-medium">{t.kind[trouble.kind]}</span>
                    <span className="shrink-0 text-xs text-muted">
                      {names.get(trouble.group_id) ?? trouble.group_id}
                    </span>
                    <time
                      dateTime={trouble.at}
                      title={moment(trouble.at)}
                      className="ml-auto shrink-0 text-xs text-muted"
                    >
                      {ago(trouble.at, nowMs)}
                    </time>
                  </span>
                  <span className="line-clamp-2 text-[13px] wrap-anywhere text-muted">{trouble.detail}</span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </Card>
  );
};

const NearBudget = ({ budget, name }: { budget: BudgetView; name: string }) => {
  const state = budget.state === "spent" ? "spent" : "near";
  const what = en.budget.scope[budget.scope](name);
  return (
    <li className="flex gap-3 px-4 py-2.5">
      <CircleDollarSign
        className={`mt-0.5 size-4 shrink-0 ${state === "spent" ? "text-bad" : "text-warn"}`}
        aria-hidden="true"
      />
      <div className="min-w-0">
        <p className="truncate font-medium">{state === "spent" ? t.budgetSpent(what) : t.budgetNear(what)}</p>
        <p className="text-[13px] text-muted">{t.budgetHow(budget.used_usd, budget.limit_usd, state)}</p>
      </div>
    </li>
  );
};
