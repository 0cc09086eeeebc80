/** What people and agents read about tasks and their runs. */
import { escapeMarkdown } from "../kit/escape-markdown.ts";
import type { Message, Task, TaskRun } from "../store/rows.ts";
import { describeMoment, describeSchedule } from "./describe-schedule.ts";

/** Takes known secrets out: of what is cut here before it is cut, because half of one is not known any more. */
type Redact = (text: string) => string;

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
export function failureNotice(task: Task, run: TaskRun, explanation: string, redact: Redact): string {
  const tries = run.tries > 1 ? `, also after ${run.tries} tries` : "";
  const due = moment(run.scheduledFor, task.timezone);
  return `⚠️ The scheduled task “${nameWords(task.name, redact)}” failed${tries}. It was due on ${due}.\n\n${explanation}\n\n${whatComes(task)}`;
}

function whatComes({ status, nextRunAt, timezone }: Task): string {
  if (status === "paused") return "It is paused: it runs again when somebody resumes it.";
  if (nextRunAt === null) {
    return "It will not run again by itself. Run it by hand or give it a new time: on the page, or ask me to.";
  }
  return `It is due again on ${moment(nextRunAt, timezone)}.`;
}

/** For the owner, in the main group's chat. `why` is the last failure's. */
export function failingNotice(
  task: Task,
  { groupName, failures, why }: { groupName: string; failures: number; why: string },
  redact: Redact,
): string {
  const schedule = describeSchedule(task.schedule, task.timezone);
  return `⚠️ The scheduled task “${nameWords(task.name, redact)}” of the group “${nameWords(groupName, redact)}” (${schedule}) failed ${failures} times in a row. The last time: ${escapeMarkdown(sentence(redact(why)), 300)} It goes on as scheduled; pause or change it on the page, or ask me to.`;
}

/** For the agent, before a person's words: what they answer to was said by a session of its own. */
export function replyContext({ task, run, message }: { task: Task; run: TaskRun; message: Message }): string {
  const what = message.role === "assistant" ? "the answer of" : "the word about";
  return [
    `[In reply to ${what} the scheduled task “${task.name}” (id ${task.id}), due at ${new Date(run.scheduledFor).toISOString()}. It ran in a session of its own, of which you remember nothing.]`,
    "[It had been asked:]",
    quoted(task.prompt),
    ...(message.role === "assistant" ? ["[It answered:]"] : ["[What was said about it:]"]),
    quoted(message.content),
  ].join("\n");
}

function quoted(text: string): string {
  const most = 8_000;
  const short = text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
  return short
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

/** One line, ended like a sentence. */
export function sentence(detail: string): string {
  const line = detail.trim().split("\n")[0] ?? "";
  const text = line.length > 300 ? `${line.slice(0, 299).toWellFormed()}…` : line;
  if (text === "") return "It gave no reason.";
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** A single run that was missed for good: it must not vanish without a word. */
export function missedNotice(task: Task, dueAt: number, redact: Redact): string {
  return `⏰ The scheduled task “${nameWords(task.name, redact)}” was due on ${moment(dueAt, task.timezone)}. Praktor did not run then, and now it is too late for it, so it was not run.`;
}

const mostOfName = 100;

/** One that is whole is left as it is stored: an agent that read it there would learn by what is missing. */
const nameWords = (name: string, redact: Redact): string =>
  escapeMarkdown(name.length > mostOfName ? redact(name) : name, mostOfName);

function moment(atMs: number, timeZone: string): string {
  return `${describeMoment(atMs, timeZone)} (${timeZone})`;
}
