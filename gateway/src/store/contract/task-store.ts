/** What the store promises about tasks. */
import type { Task } from "../rows.ts";

export type NewTask = Omit<
  Task,
  "lastRunAt" | "lastStatus" | "lastError" | "failuresInRow" | "createdAt" | "updatedAt"
> & {
  /** Of the request that makes it, where that may come twice. */
  requestKey?: string;
};

export interface TaskStore {
  /** The task that an earlier request of the group with the same `requestKey` made, where there is one. */
  create(task: NewTask): Promise<Task>;
  get(id: string): Promise<Task | null>;
  /** Oldest first. */
  list(groupId?: string): Promise<Task[]>;
  /** Active tasks that have a next run. */
  pending(): Promise<number>;
  update(id: string, change: Partial<Omit<NewTask, "id" | "groupId" | "requestKey">>): Promise<Task | null>;
  /** With its runs. Turns that run for it are not ended. False: there was none. */
  remove(id: string): Promise<boolean>;
  /** Active tasks whose next run is not after `now`, the longest due first. */
  due(now: number, limit: number): Promise<Task[]>;
  nextDueAt(): Promise<number | null>;
}
