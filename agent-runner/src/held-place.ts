/**
 * A file or folder of the workspace that is held open. Between a look at a path and its use an agent can swap a folder for a link;
 * what is held stays what was checked, and a name in a held folder is looked up in that very folder.
 */
import { constants } from "node:fs";
import { mkdir, open, readlink, realpath, type FileHandle } from "node:fs/promises";
import { assertInside, realWorkspacePath, WorkspaceError } from "./workspace-path.ts";

const isLinux = process.platform === "linux";
/** Linux: names a folder without a right to read it. Node does not know it. */
const O_PATH = isLinux ? 0o10000000 : 0;
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | O_PATH;
/** Not to wait for the other end of a pipe. */
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export class HeldPlace implements AsyncDisposable {
  readonly handle: FileHandle;
  /** Another name of just this file or folder, for as long as it is held. */
  readonly path: string;

  private constructor(handle: FileHandle, real: string) {
    this.handle = handle;
    // Elsewhere there is no such name. Sandboxes are containers there, and those run Linux.
    this.path = isLinux ? `/proc/self/fd/${handle.fd}` : real;
  }

  /** Links are followed as long as they stay inside. Rejects with `WorkspaceError` or the file system's error. */
  static async file(root: string, path: string): Promise<HeldPlace> {
    return await HeldPlace.#at(root, await realWorkspacePath(root, path), path, fileFlags);
  }

  /** The same for a folder. */
  static async folder(root: string, path: string): Promise<HeldPlace> {
    return await HeldPlace.#at(root, await realWorkspacePath(root, path), path, folderFlags);
  }

  static async #at(root: string, real: string, path: string, flags: number): Promise<HeldPlace> {
    const held = new HeldPlace(await open(real, flags), real);
    try {
      // What was opened, not what the path says now: a folder above it may have been swapped for a link in between.
      if (isLinux) assertInside(await realpath(root), await readlink(held.path), path);
      return held;
    } catch (error) {
      await held[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What has this name in the folder; `name` is one part of a path. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  /** The folder of this name in this one, made where there is none. A link is refused. */
  async subfolder(name: string): Promise<HeldPlace> {
    const path = this.at(name);
    await mkdir(path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
    try {
      return new HeldPlace(await open(path, folderFlags), path);
    } catch (error) {
      // A link, or a file.
      if (codeOf(error) !== "ENOTDIR" && codeOf(error) !== "ELOOP") throw error;
      throw new WorkspaceError("not_a_directory", `${name} is not a folder`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
