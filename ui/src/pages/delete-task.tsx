/** Deletes a task at the second press. */
import type { TaskView } from "@praktor/protocol/tasks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { deleteTask } from "../api/endpoints.ts";
import { statusQuery, tasksQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { en } from "../text/en.ts";

const t = en.taskForm;

export const DeleteTask = ({ task, onDone }: { task: TaskView; onDone: () => void }) => {
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteTask(task.id),
    onSuccess: () => {
      toastDone(t.removed(task.name));
      onDone();
    },
    onError: (error) => toastFailed(en.tasks.failed(task.name), error),
    onSettled: () =>
      Promise.all([tasksQuery, statusQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey }))),
  });
  return (
    <Button
      variant="danger"
      className="mr-auto"
      disabled={remove.isPending}
      onClick={() => (asked ? remove.mutate() : setAsked(true))}
    >
      {asked ? t.removeSure : t.remove}
    </Button>
  );
};
