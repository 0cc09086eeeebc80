/** All scheduled tasks: what each does and when, how it went, and the ways to change it. */
import type { TaskView } from "@praktor/protocol/tasks";
import { useQuery } from "@tanstack/react-query";
import { CalendarClock, Plus } from "lucide-react";
import { useState } from "react";
import { groupsQuery, tasksQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { en } from "../text/en.ts";
import { TaskEditor } from "./task-editor.tsx";
import { TaskList } from "./task-list.tsx";
import { TaskRuns } from "./task-runs.tsx";

const t = en.tasks;

type Shown = { type: "new" } | { type: "edit"; task: TaskView } | { type: "runs"; task: TaskView };

export const TasksPage = () => {
  const tasks = useQuery(tasksQuery);
  const groups = useQuery(groupsQuery);
  const [shown, setShown] = useState<Shown | null>(null);
  const close = (): void => setShown(null);
  const create = (
    <Button variant="solid" disabled={!groups.data?.length} onClick={() => setShown({ type: "new" })}>
      <Plus aria-hidden="true" />
      {t.create}
    </Button>
  );
  return (
    <Page title={t.title} about={t.intro} actions={tasks.data?.length !== 0 && create}>
      <div className="overflow-hidden rounded-xl border bg-panel">
        <QueryView query={tasks} what={t.what}>
          {(data) =>
            data.length === 0 ? (
              <Empty icon={CalendarClock} title={t.emptyTitle} action={create}>
                {t.empty}
              </Empty>
            ) : (
              <TaskList
                tasks={data}
                onEdit={(task) => setShown({ type: "edit", task })}
                onHistory={(task) => setShown({ type: "runs", task })}
              />
            )
          }
        </QueryView>
      </div>
      {shown?.type === "runs" && <TaskRuns task={shown.task} onClose={close} />}
      {(shown?.type === "new" || shown?.type === "edit") && (
        <TaskEditor task={shown.type === "edit" ? shown.task : null} groups={groups.data ?? []} onClose={close} />
      )}
    </Page>
  );
};
