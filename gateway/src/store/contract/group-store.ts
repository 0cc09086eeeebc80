/** What the store promises about groups, the hidden ones too. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { Group } from "../rows.ts";

export interface NewGroup {
  id: string;
  name: string;
  folder: string;
  isMain?: boolean;
  model?: string | null;
}

export interface GroupChange {
  name?: string;
  model?: string | null;
  isMain?: boolean;
  network?: NetworkPolicy | null;
  networkAllow?: string[];
  approvalHosts?: string[];
  dayBudgetUsd?: Group["dayBudgetUsd"];
}

export interface GroupStore {
  /** `taken_id` / `taken_folder` instead of a row when that is so; making a second main group moves the mark. */
  create(group: NewGroup): Promise<{ type: "created"; group: Group } | { type: "taken_id" } | { type: "taken_folder" }>;
  get(id: string): Promise<Group | null>;
  /** The ones that are chats. */
  list(): Promise<Group[]>;
  /** The hidden ones too. */
  all(): Promise<Group[]>;
  /** The hidden group of a task with a sandbox of its own: it works in the task's group's workspace. Made by the first call. */
  ofTask(task: { id: string; name: string; groupId: string }): Promise<Group>;
  /** A hidden group with all its conversations, turns, messages and sandboxes' rows; what it used counts for its parent from now on. False: no such hidden group. */
  removeHidden(id: string): Promise<boolean>;
  update(id: string, change: GroupChange): Promise<Group | null>;
  /** Messages and last activity by group, in one query. */
  activity(): Promise<Map<string, { messageCount: number; lastActiveAt: number | null }>>;
}
