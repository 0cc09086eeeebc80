/** The state of the whole at a glance: is all well, what runs now, what was said last. */
import type { StatusView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { groupsQuery, statusQuery } from "../api/queries.ts";
import { Card } from "../components/card.tsx";
import { Dot } from "../components/dot.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { cn } from "../lib/cn.ts";
import { span } from "../lib/time.ts";
import { en } from "../text/en.ts";
import { ApprovalsCard } from "./dashboard-approvals.tsx";
import { AttentionCard } from "./dashboard-attention.tsx";
import { Onboarding } from "./dashboard-onboarding.tsx";
import { NextTasks } from "./dashboard-next.tsx";
import { Headline } from "./dashboard-overall.tsx";
import { PeopleHint } from "./dashboard-people.tsx";
import { RecentMessages } from "./dashboard-recent.tsx";
import { RunningNow } from "./dashboard-running.tsx";
import { UsageCard } from "./dashboard-usage.tsx";

const t = en.dashboard;

export const DashboardPage = () => {
  const status = useQuery(statusQuery);
  const groups = useQuery(groupsQuery);
  return (
    <Page
      title={t.title}
      about={
        status.data &&
        [t.version(status.data.version), status.isError ? null : t.since(span(status.data.uptime * 1000))]
          .filter(Boolean)
          .join(" · ")
      }
      actions={<Headline />}
    >
      <div className={cn("space-y-4", status.data === undefined && "rounded-xl border bg-panel")}>
        <QueryView query={status} what={t.what} loading={<LoadingRows rows={6} />}>
          {(data) => (
            <>
              {/* What has a deadline comes first. */}
              <ApprovalsCard groups={groups.data ?? []} />
              <Onboarding status={data} />
              <PeopleHint status={data} />
              <AttentionCard groups={groups.data ?? []} />
              <Counts status={data} />
              <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_auto_1fr]">
                <RunningNow groups={groups.data} />
                {/* What is wrong comes first on a phone; what is well can wait. */}
                <div className={cn("space-y-4 lg:row-span-3", data.status !== "ok" && "max-lg:order-first")}>
                  <HealthCard status={data} isOld={status.isError} />
                  <NextTasks />
                </div>
                <UsageCard groups={groups.data ?? []} />
                <RecentMessages messages={data.recent_messages} groups={groups.data ?? []} />
              </div>
            </>
          )}
        </QueryView>
      </div>
    </Page>
  );
};

const Counts = ({ status }: { status: StatusView }) => (
  <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border bg-line lg:grid-cols-4">
    <Count label={t.agents} value={status.active_agents} />
    <Count label={t.groups} value={status.groups_count} />
    <Count label={t.tasks} value={status.pending_tasks} />
    <Count label={t.exchanged} value={status.nats.messages} detail={t.exchangedDetail} />
  </dl>
);

const Count = ({ label, value, detail }: { label: string; value: number; detail?: string }) => (
  <div className="bg-panel px-4 py-3">
    <dt className="text-[13px] text-muted">{label}</dt>
    <dd className="mt-0.5 text-2xl font-semibold tracking-tight tabular-nums">{value.toLocaleString("en-GB")}</dd>
    {detail !== undefined && <dd className="text-xs text-muted">{detail}</dd>}
  </div>
);

const HealthCard = ({ status, isOld }: { status: StatusView; isOld: boolean }) => (
  <Card title={isOld ? t.healthOld : t.health}>
    {status.health.length === 0 ? (
      <p className="p-4 text-muted">{t.healthEmpty}</p>
    ) : (
      <ul className="divide-y">
        {status.health.map((part) => (
          <li key={part.name} className="flex gap-3 px-4 py-3">
            <Dot tone={isOld ? "off" : (part.level ?? (part.ok ? "ok" : "bad"))} className="mt-1.5" />
            <div className="min-w-0">
              <p className="font-medium">
                {t.part(part.name)}
                <span className="sr-only">: {part.ok ? t.healthy : t.unhealthy}</span>
                {part.name === "telegram" && (
                  <Link to="/people" className="ml-2 text-[13px] text-accent underline-offset-2 hover:underline">
                    {en.people.title}
                  </Link>
                )}
              </p>
              <p className="text-[13px] wrap-anywhere text-muted">{part.detail}</p>
            </div>
          </li>
        ))}
      </ul>
    )}
  </Card>
);
