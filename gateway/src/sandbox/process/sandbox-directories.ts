/** Where a group's sandbox keeps what on this machine. */
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";

export interface SandboxDirectories {
  workspace: string;
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
export function sandboxDirectories(groupsBase: string, stateBase: string, folder: string): SandboxDirectories {
  const state = resolve(stateBase, folder);
  return {
    workspace: resolve(groupsBase, folder),
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
  if (!keepRun) await Promise.all(ofOneStart.map((path) => rm(path, { recursive: true, force: true })));
  await Promise.all([directories.workspace, directories.global].map((path) => mkdir(path, { recursive: true })));
  for (const path of [directories.home, directories.claudeConfig, ...ofOneStart]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
}
