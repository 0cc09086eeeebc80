/** The runs of one task: when each was due, how it went, and apart from that whether its answer arrived. */
import type { TaskRunView, TaskView } from "@praktor/protocol/tasks";
import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { taskRunsQuery } from "../api/queries.ts";
import { Dialog } from "../components/dialog.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { moment, span } from "../lib/time.ts";
import { en } from "../text/en.ts";
import { RunBadge } from "./run-badge.tsx";

const t = en.taskRuns;

export const TaskRuns = ({ task, onClose }: { task: TaskView; onClose: () => void }) => {
  const runs = useQuery(taskRunsQuery(task.id));
  return (
    <Dialog title={en.tasks.historyOf(task.name)} description={task.schedule_display} onClose={onClose}>
      <QueryView query={runs} what={t.what}>
        {(data) =>
          data.length === 0 ? (
            <Empty icon={History} title={t.emptyTitle}>
              {t.empty}
            </Empty>
          ) : (
            <ol className="divide-y">
              {data.map((run) => (
                <Run key={run.id} run={run} />
              ))}
            </ol>
          )
        }
      </QueryView>
    </Dialog>
  );
};

const Run = ({ run }: { run: TaskRunView }) => (
  <li className="py-2.5 text-[13px]">
    <div className="flex items-center justify-between gap-3">
      <time dateTime={run.scheduled_for}>{moment(run.scheduled_for)}</time>
      <RunBadge state={run.state} />
    </div>
    <p className="text-xs text-muted">{facts(run).join(" · ")}</p>
    {run.error !== null && <p className="mt-0.5 text-xs wrap-anywhere text-muted">{run.error}</p>}
  </li>
);

const facts = (run: TaskRunView): string[] => [
  ...(run.trigger === "manual" ? [t.manual] : []),
  ...(run.started_at !== null && run.finished_at !== null
    ? [t.took(span(Date.parse(run.finished_at) - Date.parse(run.started_at)))]
    : []),
  ...(run.tries > 1 ? [t.tries(run.tries)] : []),
  ...(run.cost_usd === null ? [] : [t.cost(run.cost_usd)]),
  ...(run.delivery === null ? [] : [t.delivery[run.delivery]]),
];
