/** Lists, reads and writes the group's files as the agent's own user; bytes travel over the sandbox endpoint. */
import { constants, createWriteStream } from "node:fs";
import { lstat, mkdir, open, opendir, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { filePath } from "@praktor/protocol/sandbox-endpoint";
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import { newWorkspacePath, realWorkspacePath, WorkspaceError, workspaceEntryPath } from "./workspace-path.ts";

export interface WorkspaceFilesOptions {
  root: string;
  endpoint: string;
  token: string;
}

const defaultLimit = 500;
/** Names that are read before a listing is sorted and cut; a folder with more is listed as `truncated` in any case. */
const maxNamesRead = 20_000;
const transferTimeoutMs = 10 * 60_000;

export class WorkspaceFiles {
  readonly #options: WorkspaceFilesOptions;

  constructor(options: WorkspaceFilesOptions) {
    this.#options = options;
  }

  /** By name; links are shown as links. Rejects with `WorkspaceError` or the file system's error. */
  async list(path: string, limit = defaultLimit): Promise<{ entries: WorkspaceEntry[]; truncated: boolean }> {
    const folder = await realWorkspacePath(this.#options.root, path);
    const names: string[] = [];
    let truncated = false;
    for await (const { name } of await opendir(folder)) {
      if (names.length >= maxNamesRead) {
        truncated = true;
        break;
      }
      names.push(name);
    }
    names.sort();
    if (names.length > limit) truncated = true;
    const shown = lexicalFolder(path);
    const entries = await Promise.all(
      names.slice(0, limit).map((name) => entryOf(join(folder, name), shown === "" ? name : `${shown}/${name}`)),
    );
    return { entries: entries.filter((entry) => entry !== null), truncated };
  }

  async stat(path: string): Promise<WorkspaceEntry> {
    const entry = await entryOf(await workspaceEntryPath(this.#options.root, path), lexicalFolder(path));
    if (!entry) throw new WorkspaceError("not_found", `${path} does not exist`);
    return entry;
  }

  /** PUTs the file's bytes to the endpoint and resolves to the file's entry when they were taken. */
  async read(path: string, transferId: string, signal: AbortSignal): Promise<WorkspaceEntry> {
    const real = await realWorkspacePath(this.#options.root, path);
    // No link, no waiting for a pipe's other end: the path was resolved, and the agent may have changed it since.
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new WorkspaceError("not_a_file", `${path} is not a file`);
      const response = await fetch(new URL(filePath(transferId), this.#options.endpoint), {
        method: "PUT",
        headers: { authorization: `Bearer ${this.#options.token}`, "content-type": "application/octet-stream" },
        body: Readable.toWeb(file.createReadStream({ autoClose: false })),
        duplex: "half",
        signal: AbortSignal.any([signal, AbortSignal.timeout(transferTimeoutMs)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw refusedTransfer(response.status);
      return {
        path: lexicalFolder(path),
        name: basename(real),
        type: "file",
        sizeBytes: status.size,
        modified_ms: Math.trunc(status.mtimeMs),
      };
    } finally {
      await file.close();
    }
  }

  /** GETs the bytes into a temporary file beside the target, which then takes its place in one step. Parents are made. */
  async write(path: string, transferId: string, signal: AbortSignal): Promise<WorkspaceEntry> {
    const { root, endpoint, token } = this.#options;
    const target = await newWorkspacePath(root, path);
    const existing = await lstat(target).catch(() => null);
    if (existing?.isDirectory()) throw new WorkspaceError("not_a_file", `${path} is a folder`);
    await mkdir(dirname(target), { recursive: true });
    // Once more, now that the parents exist: one of them may have become a link meanwhile.
    const parent = await realWorkspacePath(root, relative(await realpath(root), dirname(target)));
    const temporary = join(parent, `.${basename(target).slice(0, 100)}.${transferId}.part`);
    try {
      const response = await fetch(new URL(filePath(transferId), endpoint), {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.any([signal, AbortSignal.timeout(transferTimeoutMs)]),
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw refusedTransfer(response.status);
      }
      await pipeline(
        response.body ? Readable.fromWeb(response.body) : Readable.from([]),
        createWriteStream(temporary, { flags: "wx", mode: 0o644, flush: true }),
      );
      await rename(temporary, join(parent, basename(target)));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return await this.stat(path);
  }
}

function refusedTransfer(status: number): WorkspaceError {
  return status === 413
    ? new WorkspaceError("too_large", "the file is larger than the host takes")
    : new WorkspaceError("failed", `the sandbox endpoint answered ${status}`);
}

/** Null for what vanished since its name was read. */
async function entryOf(real: string, path: string): Promise<WorkspaceEntry | null> {
  const status = await lstat(real).catch(() => null);
  if (!status) return null;
  const type = status.isFile()
    ? "file"
    : status.isDirectory()
      ? "directory"
      : status.isSymbolicLink()
        ? "link"
        : "other";
  return {
    path,
    name: path === "" ? "" : basename(real),
    type,
    sizeBytes: type === "file" ? status.size : 0,
    modified_ms: Math.trunc(status.mtimeMs),
  };
}

/** As it is shown: with `/`, without a leading or trailing one. */
function lexicalFolder(path: string): string {
  return path
    .split(sep)
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
