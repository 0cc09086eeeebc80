/** What the store promises about tasks. */
import type { DeliveryState, Task } from "../rows.ts";

export type NewTask = Omit<
  Task,
  "lastRunAt" | "lastStatus" | "lastError" | "failuresInRow" | "createdAt" | "updatedAt"
> & {
  /** Of the request that makes it, where that may come twice. */
  requestKey?: string;
};

/** Where a page of tasks ended. */
export type TaskCursor = Pick<Task, "groupId" | "createdAt" | "id">;

export interface ListedTask extends Task {
  /** Whether `prompt` is only its beginning. */
  promptCut: boolean;
  /** How far the words about the last run got; null where none were to be delivered. */
  delivery: DeliveryState | null;
}

export interface TaskPageQuery {
  /** Left out: of all groups, one after the other. */
  groupId?: string | undefined;
  after?: TaskCursor | undefined;
  limit: number;
  /** A group whose prompts hold more bytes than this in all has each of them cut to so many characters. */
  prompts: { wholeUpToBytes: number; cutToCharacters: number };
}

export interface TaskUse {
  tasks: number;
  textBytes: number;
}

export interface TaskStore {
  /** The task that an earlier request of the group with the same `requestKey` made, where there is one. */
  create(task: NewTask): Promise<Task>;
  get(id: string): Promise<Task | null>;
  /** Of each group the oldest first. */
  page(query: TaskPageQuery): Promise<ListedTask[]>;
  /** That an earlier request of the group has made, or null. */
  requested(groupId: string, requestKey: string): Promise<Task | null>;
  /** How many tasks a group has, and the bytes of their prompts and pre-checks; of those that are not over besides. Reads none of these. */
  use(groupId: string): Promise<TaskUse & { notOver: TaskUse }>;
  /** The task of a group that has been over the longest, and for which nothing runs. */
  longestOver(groupId: string): Promise<string | null>;
  /** Active tasks that have a next run. */
  pending(): Promise<number>;
  update(id: string, change: Partial<Omit<NewTask, "id" | "groupId" | "requestKey">>): Promise<Task | null>;
  /** With its runs. Turns that run for it are not ended. False: there was none. */
  remove(id: string): Promise<boolean>;
  /** Active tasks whose next run is not after `now`, the longest due first. */
  due(now: number, limit: number): Promise<Task[]>;
  nextDueAt(): Promise<number | null>;
}
