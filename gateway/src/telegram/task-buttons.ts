/** The buttons under a list of tasks, and what a tap on one of them means. */
import type { TaskView } from "@praktor/protocol/tasks";
import type { Buttons } from "./buttons.ts";

export type TaskTap = { action: "run" | "pause" | "resume"; taskId: string };

const mostTasks = 10;
const longestName = 24;

/** A row for each task that is not over: run it now, pause it or let it go on. */
export function taskButtons(tasks: readonly TaskView[]): Buttons {
  return tasks
    .filter(({ status }) => status !== "completed")
    .slice(0, mostTasks)
    .map(({ id, name, status }) => {
      const short = name.length > longestName ? `${name.slice(0, longestName - 1).toWellFormed()}…` : name;
      return [
        { text: `▶️ ${short}`, data: `task:run:${id}` },
        status === "active"
          ? { text: "⏸ Pause", data: `task:pause:${id}` }
          : { text: "⏵ Resume", data: `task:resume:${id}` },
      ];
    });
}

/** Null for a button of something else. */
export function readTaskTap(data: string): TaskTap | null {
  const match = /^task:(run|pause|resume):([A-Za-z0-9_-]{1,64})$/.exec(data);
  const [, action, taskId] = match ?? [];
  if (taskId === undefined || (action !== "run" && action !== "pause" && action !== "resume")) return null;
  return { action, taskId };
}
