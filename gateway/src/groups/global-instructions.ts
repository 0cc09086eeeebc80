/** The instructions that every group's agent reads: seeded once, then the person's own. */
import { constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Copies the shipped `CLAUDE.md` into `{base}/global` unless there is one: a person's text is never written over. Returns the folder. */
export async function seedGlobalInstructions(basePath: string, shippedFile: string): Promise<string> {
  const folder = join(basePath, "global");
  await mkdir(folder, { recursive: true });
  try {
    await copyFile(shippedFile, join(folder, "CLAUDE.md"), constants.COPYFILE_EXCL);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return folder;
}
