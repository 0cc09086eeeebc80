/** A group's tasks, as its chat reads them. */
import type { TaskView } from "@praktor/protocol/tasks";
import { escapeMarkdown } from "../kit/escape-markdown.ts";

const marks = { active: "🟢", paused: "⏸", completed: "✔️" } as const;
const shownAtMost = 30;

/** Markdown. Tasks that are over come last, and are the first to be left out. */
export function taskList(tasks: readonly TaskView[]): string {
  if (tasks.length === 0)
    return "No tasks are scheduled here. Ask me for one, such as “every weekday at 9, tell me the news”.";
  const order = ["active", "paused", "completed"] as const;
  const sorted = tasks.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const lines = sorted.slice(0, shownAtMost).map((task) => {
    const facts = [
      task.schedule_display,
      ...(task.next_run === null ? [] : [`next ${moment(task.next_run, task.timezone)}`]),
      ...(task.last_status === null ? [] : [`last: ${task.last_status}`]),
    ];
    return `- ${marks[task.status]} **${escapeMarkdown(task.name, 200)}**: ${facts.join(" · ")}`;
  });
  const rest = tasks.length - lines.length;
  return [...lines, ...(rest > 0 ? [`…and ${rest} more.`] : [])].join("\n");
}

function moment(iso: string, timeZone: string): string {
  const format: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short", timeZone };
  return new Intl.DateTimeFormat("en-GB", format).format(Date.parse(iso));
}
