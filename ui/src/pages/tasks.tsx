/** All scheduled tasks: what each does and when, how it went, and the ways to change it. */
import type { TaskView } from "@praktor/protocol/tasks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CalendarClock, Plus } from "lucide-react";
import { useState } from "react";
import { getTask } from "../api/endpoints.ts";
import { groupsQuery, tasksQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { toastFailed } from "../components/toasts.tsx";
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
  const edit = useMutation({
    mutationFn: async (task: TaskView) => (task.prompt_cut === true ? await getTask(task.id) : task),
    onSuccess: (task) => setShown({ type: "edit", task }),
    onError: (error, { name }) => toastFailed(t.failed(name), error),
  });
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
              <TaskList tasks={data} onEdit={edit.mutate} onHistory={(task) => setShown({ type: "runs", task })} />
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
