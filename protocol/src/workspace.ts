/** Files of a group's workspace as they are shown: paths are relative to `/workspace/group`, with `/`, without a leading one. */
import { z } from "zod";

export const WorkspaceEntry = z.object({
  path: z.string(),
  name: z.string(),
  type: z.enum(["file", "directory", "link", "other"]),
  sizeBytes: z.number().int().nonnegative(),
  modified_ms: z.number().int(),
});
export type WorkspaceEntry = z.infer<typeof WorkspaceEntry>;
