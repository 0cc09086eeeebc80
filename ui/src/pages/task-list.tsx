/** Tasks, one a row: sentence, next run, last result, and what can be done. */
import type { TaskView } from "@praktor/protocol/tasks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { History, Pause, Pencil, Play, Zap } from "lucide-react";
import { runTask, updateTask } from "../api/endpoints.ts";
import { tasksQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { ago, moment, until } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";
import { RunBadge } from "./run-badge.tsx";

const t = en.tasks;

interface ListProps {
  tasks: readonly TaskView[];
  onEdit: (task: TaskView) => void;
  onHistory: (task: TaskView) => void;
}

export const TaskList = ({ tasks, ...on }: ListProps) => (
  <ul className="divide-y">
    {tasks.map((task) => (
      <Row key={task.id} task={task} {...on} />
    ))}
  </ul>
);

const Row = ({ task, onEdit, onHistory }: Omit<ListProps, "tasks"> & { task: TaskView }) => (
  <li className="grid gap-x-4 gap-y-3 p-4 hover:bg-raised/50 md:grid-cols-[minmax(0,1fr)_9rem_11rem_auto] md:items-center">
    <div className="min-w-0">
      <div className="flex items-center gap-2">
        <p className="truncate font-medium">{task.name}</p>
        {task.status !== "active" && <Badge>{t.status[task.status]}</Badge>}
      </div>
      <p className="text-[13px] text-muted">{task.schedule_display}</p>
      <p className="truncate text-xs text-muted">{task.group_name}</p>
      {task.paused_reason !== null && <p className="text-xs text-muted">{t.pausedBecause(task.paused_reason)}</p>}
    </div>
    <dl className="contents text-[13px]">
      <div className="flex items-baseline justify-between gap-3 md:block">
        <dt className="text-xs text-muted">{t.next}</dt>
        <dd>
          <NextRun task={task} />
        </dd>
      </div>
      <div className="flex items-baseline justify-between gap-3 md:block">
        <dt className="text-xs text-muted">{t.last}</dt>
        <dd className="flex flex-wrap items-center gap-x-2">
          <LastRun task={task} />
        </dd>
      </div>
    </dl>
    <Actions task={task} onEdit={onEdit} onHistory={onHistory} />
  </li>
);

const NextRun = ({ task }: { task: TaskView }) => {
  const nowMs = useNow();
  if (task.next_run === null) return t.noNext;
  return (
    <time dateTime={task.next_run} title={moment(task.next_run)}>
      {until(task.next_run, nowMs)}
    </time>
  );
};

const LastRun = ({ task }: { task: TaskView }) => {
  const nowMs = useNow();
  if (task.last_run === null) return t.never;
  return (
    <>
      <RunBadge state={task.last_status} />
      <time dateTime={task.last_run} title={task.last_error ?? moment(task.last_run)} className="text-muted">
        {ago(task.last_run, nowMs)}
      </time>
      {task.last_delivery !== null && task.last_delivery !== "sent" && (
        <span className={task.last_delivery === "failed" ? "text-xs text-bad" : "text-xs text-muted"}>
          {en.taskRuns.delivery[task.last_delivery]}
        </span>
      )}
    </>
  );
};

const Actions = ({ task, onEdit, onHistory }: Omit<ListProps, "tasks"> & { task: TaskView }) => {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: tasksQuery.queryKey });
  const onError = (error: unknown): void => toastFailed(t.failed(task.name), error);
  const run = useMutation({
    mutationFn: () => runTask(task.id),
    onSuccess: ({ state }) => toastDone(state === "skipped" ? t.notRun(task.name) : t.running(task.name)),
    onError,
    onSettled,
  });
  const enable = useMutation({
    mutationFn: (enabled: boolean) => updateTask(task.id, { enabled }),
    onError,
    onSettled,
  });
  return (
    <div className="flex justify-end gap-1">
      <Button
        variant="ghost"
        size="icon"
        title={t.runNow}
        aria-label={t.runNowOf(task.name)}
        disabled={run.isPending}
        onClick={() => run.mutate()}
      >
        <Zap aria-hidden="true" />
      </Button>
      {task.status !== "completed" && (
        <Button
          variant="ghost"
          size="icon"
          title={task.enabled ? t.pause : t.resume}
          aria-label={task.enabled ? t.pauseOf(task.name) : t.resumeOf(task.name)}
          disabled={enable.isPending}
          onClick={() => enable.mutate(!task.enabled)}
        >
          {task.enabled ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
        </Button>
      )}
      <Button
        variant="ghost"
        size="icon"
        title={t.history}
        aria-label={t.historyOf(task.name)}
        onClick={() => onHistory(task)}
      >
        <History aria-hidden="true" />
      </Button>
      <Button variant="ghost" size="icon" title={t.edit} aria-label={t.editOf(task.name)} onClick={() => onEdit(task)}>
        <Pencil aria-hidden="true" />
      </Button>
    </div>
  );
};
