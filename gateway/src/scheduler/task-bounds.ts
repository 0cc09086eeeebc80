/** How many tasks a group may have and how much they may say: an agent makes them without end, and everybody's lists read them. */
import { PraktorError } from "../kit/praktor-error.ts";
import type { TaskStore, TaskUse } from "../store/contract/task-store.ts";

const mostTasks = 1_000;
const mostTextBytes = 4_000_000;
/** Tasks that are over, taken away for one that comes: a bound, because each is a transaction of its own. */
const takenAway = 20;

/** A group whose prompts are more than a page of its tasks should carry has them cut in lists; each alone is whole. */
export const promptsInLists = { wholeUpToBytes: 256_000, cutToCharacters: 500 };

type Tasks = Pick<TaskStore, "use" | "longestOver">;

export function textBytes(prompt: string, preCheck: string | null | undefined): number {
  return Buffer.byteLength(prompt) + Buffer.byteLength(preCheck ?? "");
}

/**
 * Refuses one more task where those that are not over leave no room for it, and takes away those that have been over the longest where
 * all together do: some each time, so that whoever had many more makes room little by little. Rejects with `invalid`.
 */
export async function makeRoom(
  tasks: Tasks,
  groupId: string,
  bytes: number,
  remove: (id: string) => Promise<void>,
): Promise<void> {
  for (let taken = 0; taken < takenAway; taken += 1) {
    const { notOver, ...all } = await tasks.use(groupId);
    const refused = refusal(notOver, 1, bytes);
    if (refused) throw refused;
    const over = refusal(all, 1, bytes) ? await tasks.longestOver(groupId) : null;
    if (over === null) return;
    await remove(over);
  }
}

/** Rejects with `invalid` when so many bytes more are too many. */
export async function refuseTooMuchText(tasks: Pick<Tasks, "use">, groupId: string, bytes: number): Promise<void> {
  const refused = refusal((await tasks.use(groupId)).notOver, 0, bytes);
  if (refused) throw refused;
}

function refusal(use: TaskUse, more: number, bytes: number): PraktorError<"invalid"> | null {
  if (use.tasks + more > mostTasks && more > 0) {
    return new PraktorError("invalid", `This group has ${mostTasks} tasks already.`, { hint: "Delete some first." });
  }
  if (use.textBytes + bytes > mostTextBytes) {
    return new PraktorError("invalid", "The prompts of this group's tasks are more than 4 MB together with this one.", {
      hint: "Delete or shorten some first.",
    });
  }
  return null;
}
