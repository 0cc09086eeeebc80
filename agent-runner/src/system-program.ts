/** Where the system keeps its programs: folders that no agent's PATH names for it and none writes. */
import { existsSync } from "node:fs";
import { join } from "node:path";

const systemFolders = ["/usr/bin", "/bin", "/run/current-system/sw/bin"];

/** The absolute path of a program of the system's own, whatever PATH says. */
export function systemProgram(name: string, folders: readonly string[] = systemFolders): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
