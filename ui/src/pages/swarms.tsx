/** All runs of swarms, newest first. */
import type { SwarmRunView } from "@praktor/protocol/swarm";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Waypoints } from "lucide-react";
import { swarmsQuery } from "../api/swarm-endpoints.ts";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { ago, span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { stateTone } from "../swarm/state-tone.ts";
import { en } from "../text/en.ts";

const t = en.swarms;

export const SwarmsPage = () => {
  const swarms = useQuery(swarmsQuery);
  const create = (
    <Button variant="solid" asChild>
      <Link to="/swarms/new">
        <Plus aria-hidden="true" />
        {t.create}
      </Link>
    </Button>
  );
  return (
    <Page title={t.title} about={t.intro} actions={swarms.data?.length !== 0 && create}>
      <div className="overflow-hidden rounded-xl border bg-panel">
        <QueryView query={swarms} what={t.what}>
          {(runs) =>
            runs.length === 0 ? (
              <Empty icon={Waypoints} title={t.emptyTitle} action={create}>
                {t.empty}
              </Empty>
            ) : (
              <ul className="divide-y">
                {runs.map((run) => (
                  <Run key={run.id} run={run} />
                ))}
              </ul>
            )
          }
        </QueryView>
      </div>
    </Page>
  );
};

const Run = ({ run }: { run: SwarmRunView }) => {
  const nowMs = useNow();
  const endMs = run.completed_at === null ? nowMs : Date.parse(run.completed_at);
  return (
    <li>
      <Link
        to="/swarms/$id"
        params={{ id: run.id }}
        className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 -outline-offset-2 hover:bg-raised/50"
      >
        <span className="min-w-0 flex-1 basis-full md:basis-60">
          <span className="block truncate font-medium">{run.name}</span>
          {/* A run that nobody named is called as its task begins. */}
          {!run.task.startsWith(run.name.replace(/…$/, "")) && (
            <span className="block truncate text-[13px] text-muted">{run.task}</span>
          )}
        </span>
        <span className="md:w-24">
          <Badge tone={stateTone(run.status)}>{t.status[run.status]}</Badge>
        </span>
        <span className="text-[13px] text-muted md:w-24">{t.members(run.nodes.length)}</span>
        <span className="text-[13px] tabular-nums md:w-16 md:text-right" title={t.tokens(run.tokens)}>
          {t.cost(run.cost_usd)}
        </span>
        <span className="text-[13px] text-muted tabular-nums md:w-40 md:text-right">
          {ago(run.started_at, nowMs)} · {span(Math.max(0, endMs - Date.parse(run.started_at)))}
        </span>
      </Link>
    </li>
  );
};
