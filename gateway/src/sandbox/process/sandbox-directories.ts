/** Where a group's sandbox keeps what on this machine. */
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { SandboxMounts } from "../sandbox.ts";

export interface SandboxDirectories {
  /** The working directory. */
  workspace: string;
  /** Of another group, to read; null where there are none. */
  groupFiles: string | null;
  sharedFiles: string | null;
  global: string;
  home: string;
  claudeConfig: string;
  /** Credentials of the one start; emptied before each. */
  run: string;
  temporary: string;
  /** The users that the inside knows. */
  users: string;
  /** Who runs there, for a gateway that comes after this one. */
  record: string;
}

/** `groupsBase` is the person's folder of workspaces, `stateBase` Praktor's own. */
export function sandboxDirectories(
  groupsBase: string,
  stateBase: string,
  folder: string,
  mounts: SandboxMounts = { group: { groupId: "", folder, readOnly: false }, own: false, shared: null },
): SandboxDirectories {
  const state = resolve(stateBase, folder);
  const { group, own, shared } = mounts;
  const groupFiles = group === null ? null : resolve(groupsBase, group.folder);
  return {
    workspace: own || groupFiles === null ? join(state, "own") : groupFiles,
    groupFiles: own ? groupFiles : null,
    sharedFiles: shared === null ? null : resolve(stateBase, shared, "shared"),
    global: resolve(groupsBase, "global"),
    home: join(state, "home"),
    claudeConfig: join(state, "home", ".claude"),
    run: join(state, "run"),
    temporary: join(state, "tmp"),
    users: join(state, "users"),
    record: join(state, "sandbox.json"),
  };
}

/** `keepRun`: something may run there already, whose credentials and temporary files must stay. */
export async function makeDirectories(
  directories: SandboxDirectories,
  { keepRun }: { keepRun: boolean },
): Promise<void> {
  const ofOneStart = [directories.run, directories.temporary];
  const { workspace, global, groupFiles, sharedFiles } = directories;
  if (!keepRun) await Promise.all(ofOneStart.map((path) => rm(path, { recursive: true, force: true })));
  for (const path of [workspace, global, groupFiles, sharedFiles])
    if (path !== null) await mkdir(path, { recursive: true });
  for (const path of [directories.home, directories.claudeConfig, ...ofOneStart]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
}
