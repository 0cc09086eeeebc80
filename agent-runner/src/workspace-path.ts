/** Where a path of a workspace really is: nothing outside of it is ever named, read or written. */
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";

export type WorkspaceErrorCode =
  | "not_found"
  | "not_a_file"
  | "not_a_directory"
  | "outside_workspace"
  | "too_large"
  | "denied"
  | "invalid"
  | "failed";

export class WorkspaceError extends Error {
  readonly code: WorkspaceErrorCode;

  constructor(code: WorkspaceErrorCode, message: string) {
    super(message);
    this.name = "WorkspaceError";
    this.code = code;
  }
}

/**
 * The real path of something that exists, all links followed. `path` is relative to `root`; "" is the root itself.
 * Rejects with `outside_workspace` when it leads out, by `..`, as an absolute path or through a link.
 */
export async function realWorkspacePath(root: string, path: string): Promise<string> {
  const realRoot = await realpath(root);
  const real = await realpath(lexicalPath(realRoot, path));
  assertInside(realRoot, real, path);
  return real;
}

/** What a path names itself, also where it is a link: its folder as above, and its name there; "" for the workspace itself. */
export async function workspaceEntry(root: string, path: string): Promise<{ folder: string; name: string }> {
  const realRoot = await realpath(root);
  const lexical = lexicalPath(realRoot, path);
  if (lexical === realRoot) return { folder: "", name: "" };
  return { folder: relative(realRoot, dirname(lexical)), name: basename(lexical) };
}

/** Where a new file would be: the folder that exists, which is followed and must stay inside, and the names to make in it. */
export async function newWorkspacePath(root: string, path: string): Promise<{ folder: string; names: string[] }> {
  const realRoot = await realpath(root);
  const lexical = lexicalPath(realRoot, path);
  if (lexical === realRoot) throw new WorkspaceError("not_a_file", "the path names the workspace itself");
  let existing = dirname(lexical);
  for (;;) {
    try {
      assertInside(realRoot, await realpath(existing), path);
      return { folder: relative(realRoot, existing), names: relative(existing, lexical).split(sep) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT") || existing === realRoot) throw error;
    }
    // A link whose target is gone exists too, and would be followed by whoever makes its target.
    if (
      await lstat(existing).then(
        () => true,
        () => false,
      )
    )
      throw new WorkspaceError("outside_workspace", `${path} leads through a link to nothing`);
    existing = dirname(existing);
  }
}

function lexicalPath(realRoot: string, path: string): string {
  if (path.includes("\0")) throw new WorkspaceError("invalid", "a path cannot hold a zero character");
  const lexical = resolve(realRoot, path);
  assertInside(realRoot, lexical, path);
  return lexical;
}

/** Throws `outside_workspace` where `real` is not in it. */
export function assertInside(realRoot: string, real: string, path: string): void {
  if (real !== realRoot && !real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
    throw new WorkspaceError("outside_workspace", `${path} leads out of the workspace`);
}
