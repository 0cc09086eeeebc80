/** All files of a folder. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Paths that begin with `folder`'s, of files only, however deep. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
