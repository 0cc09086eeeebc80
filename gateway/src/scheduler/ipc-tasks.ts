/** Tasks as sandboxes read them: never more than one NATS message carries. */
import type { IpcReply, IpcTask } from "@praktor/protocol/ipc";
import type { TaskView } from "@praktor/protocol/tasks";
import type { TaskPage } from "./task-desk.ts";

type IpcTasks = Pick<Extract<IpcReply, { ok: true }>, "tasks" | "next">;

/** Half of what NATS carries in one message. */
const mostBytes = 512 * 1024;
const shortPrompt = 500;

export function ipcTask(task: TaskView): IpcTask {
  const { id, name, schedule, prompt, status, schedule_display, timezone, group_id, next_run, last_run, last_status } =
    task;
  const cut = task.prompt_cut === undefined ? {} : { prompt_cut: task.prompt_cut };
  const facts = { status, schedule_display, timezone, group_id, next_run, last_run, last_status };
  return { id, name, schedule, prompt, ...cut, ...facts };
}

/** As many of a page as fit, and where the next begins. */
export function ipcTasks(page: TaskPage): IpcTasks {
  const tasks: IpcTask[] = [];
  let bytes = 0;
  for (const { task } of page.tasks) {
    let shown = ipcTask(task);
    // In JSON a character may take six bytes.
    if (bytesOf(shown) > mostBytes) {
      shown = { ...shown, prompt: shown.prompt.slice(0, shortPrompt).toWellFormed(), prompt_cut: true };
    }
    bytes += bytesOf(shown);
    if (bytes > mostBytes) break;
    tasks.push(shown);
  }
  const last = page.tasks[tasks.length - 1]?.cursor;
  if (last === undefined || (!page.more && tasks.length === page.tasks.length)) return { tasks };
  return { tasks, next: { group_id: last.groupId, created_at: last.createdAt, id: last.id } };
}

function bytesOf(task: IpcTask): number {
  return Buffer.byteLength(JSON.stringify(task));
}
