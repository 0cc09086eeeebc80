/** What people and agents read about tasks and their runs. */
import type { Task, TaskRun } from "../store/rows.ts";
import { describeSchedule } from "./describe-schedule.ts";

/** Before the prompt, for the agent. */
export function runContext(task: Pick<Task, "name" | "contextMode">, scheduledFor: number, now: number): string {
  const late = now - scheduledFor > 90_000 ? `, started late at ${new Date(now).toISOString()}` : "";
  const audience =
    task.contextMode === "isolated"
      ? " Nobody is there to answer questions. Your answer is sent to the group's chat as it is."
      : "";
  return `[Scheduled task “${task.name}”, due at ${new Date(scheduledFor).toISOString()}${late}.${audience}]`;
}

/** In the group's chat, after the last try of an isolated run. */
export function failureNotice(task: Task, run: TaskRun, explanation: string): string {
  const tries = run.tries > 1 ? `, also after ${run.tries} tries` : "";
  const next =
    task.nextRunAt === null
      ? "It will not run again by itself."
      : `It is due again on ${moment(task.nextRunAt, task.timezone)}.`;
  return `⚠️ The scheduled task “${task.name}” failed${tries}.\n\n${explanation}\n\n${next}`;
}

/** For the owner, in the main group's chat. */
export function failingNotice(task: Task, groupName: string, failures: number): string {
  return `⚠️ The scheduled task “${task.name}” of the group “${groupName}” (${describeSchedule(task.schedule, task.timezone)}) failed ${failures} times in a row. It goes on; pause or change it on the page, or ask me to.`;
}

/** A single run that was missed for good: it must not vanish without a word. */
export function missedNotice(task: Task, dueAt: number): string {
  return `⏰ The scheduled task “${task.name}” was due on ${moment(dueAt, task.timezone)}. Praktor did not run then, and now it is too late for it, so it was not run.`;
}

export function moment(atMs: number, timeZone: string): string {
  const format: Intl.DateTimeFormatOptions = { dateStyle: "full", timeStyle: "short", timeZone };
  return `${new Intl.DateTimeFormat("en-GB", format).format(atMs)} (${timeZone})`;
}
