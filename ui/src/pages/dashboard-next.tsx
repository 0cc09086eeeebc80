/** What is next: the tasks that are due soonest. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarClock } from "lucide-react";
import { tasksQuery } from "../api/queries.ts";
import { Card } from "../components/card.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty, LoadingRows } from "../components/states.tsx";
import { moment, until } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";

const t = en.next;
const SHOWN = 5;

export const NextTasks = () => {
  const tasks = useQuery(tasksQuery);
  const nowMs = useNow();
  return (
    <Card
      title={t.title}
      aside={
        <Link to="/tasks" className="rounded text-xs font-medium text-accent hover:underline">
          {t.all}
        </Link>
      }
    >
      <QueryView query={tasks} what={en.tasks.what} loading={<LoadingRows rows={2} />}>
        {(all) => {
          const due = all
            .flatMap((task) => (task.enabled && task.next_run !== null ? [{ ...task, next_run: task.next_run }] : []))
            .toSorted((a, b) => Date.parse(a.next_run) - Date.parse(b.next_run));
          if (due.length === 0)
            return (
              <Empty icon={CalendarClock} title={t.noneTitle}>
                {t.none}
              </Empty>
            );
          return (
            <ul className="divide-y">
              {due.slice(0, SHOWN).map((task) => (
                <li key={task.id} className="flex items-baseline gap-3 px-4 py-2.5">
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{task.name}</span>
                    <span className="block truncate text-xs text-muted">{task.group_name}</span>
                  </span>
                  <time
                    dateTime={task.next_run}
                    title={moment(task.next_run)}
                    className="shrink-0 text-[13px] text-muted"
                  >
                    {until(task.next_run, nowMs)}
                  </time>
                </li>
              ))}
              {due.length > SHOWN && <li className="px-4 py-2 text-xs text-muted">{t.more(due.length - SHOWN)}</li>}
            </ul>
          );
        }}
      </QueryView>
    </Card>
  );
};
