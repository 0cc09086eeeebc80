/** Files of a group's workspace as they are shown: paths are relative to `/workspace/group`, with `/`, without a leading one. */
import { z } from "zod";

/** The largest file that a page sends into a workspace. */
export const MOST_FILE_BYTES = 1024 ** 3;

/** Whoever holds the files checks again, links included; this only refuses what can never be meant. */
export const WorkspacePath = z
  .string()
  .max(1024)
  .refine((path) => !path.includes("\0"), "must not contain a zero byte")
  .refine((path) => !path.startsWith("/"), "must be relative to the workspace")
  .refine((path) => !path.split("/").includes(".."), "must not leave the workspace");

export const WorkspaceEntry = z.object({
  path: z.string(),
  name: z.string(),
  type: z.enum(["file", "directory", "link", "other"]),
  sizeBytes: z.number().int().nonnegative(),
  modified_ms: z.number().int(),
});
export type WorkspaceEntry = z.infer<typeof WorkspaceEntry>;
