/** Lists, reads and writes the group's files as the agent's own user; bytes travel over the sandbox endpoint. */
import { createWriteStream } from "node:fs";
import { lstat, opendir, rename, rm } from "node:fs/promises";
import { sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { filePath } from "@praktor/protocol/sandbox-endpoint";
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import { HeldPlace } from "./held-place.ts";
import { newWorkspacePath, workspaceEntry, WorkspaceError } from "./workspace-path.ts";

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
    await using folder = await HeldPlace.folder(this.#options.root, path);
    const names: string[] = [];
    let truncated = false;
    for await (const { name } of await opendir(folder.path)) {
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
      names.slice(0, limit).map((name) => entryOf(folder.at(name), shown === "" ? name : `${shown}/${name}`)),
    );
    return { entries: entries.filter((entry) => entry !== null), truncated };
  }

  async stat(path: string): Promise<WorkspaceEntry> {
    const { folder, name } = await workspaceEntry(this.#options.root, path);
    await using held = await HeldPlace.folder(this.#options.root, folder);
    const entry = await entryOf(name === "" ? held.at(".") : held.at(name), lexicalFolder(path));
    if (!entry) throw new WorkspaceError("not_found", `${path} does not exist`);
    return entry;
  }

  /** PUTs the file's bytes to the endpoint and resolves to the file's entry when they were taken. */
  async read(path: string, transferId: string, signal: AbortSignal): Promise<WorkspaceEntry> {
    await using held = await HeldPlace.file(this.#options.root, path);
    const status = await held.handle.stat();
    if (!status.isFile()) throw new WorkspaceError("not_a_file", `${path} is not a file`);
    const response = await fetch(new URL(filePath(transferId), this.#options.endpoint), {
      method: "PUT",
      headers: { authorization: `Bearer ${this.#options.token}`, "content-type": "application/octet-stream" },
      body: Readable.toWeb(held.handle.createReadStream({ autoClose: false })),
      duplex: "half",
      signal: AbortSignal.any([signal, AbortSignal.timeout(transferTimeoutMs)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw refusedTransfer(response.status);
    const shown = lexicalFolder(path);
    return {
      path: shown,
      name: nameOf(shown),
      type: "file",
      sizeBytes: status.size,
      modified_ms: Math.trunc(status.mtimeMs),
    };
  }

  /** GETs the bytes into a temporary file beside the target, which then takes its place in one step. Parents are made. */
  async write(path: string, transferId: string, signal: AbortSignal): Promise<WorkspaceEntry> {
    const { root, endpoint, token } = this.#options;
    const { folder, names } = await newWorkspacePath(root, path);
    const name = names.at(-1) ?? "";
    await using places = new AsyncDisposableStack();
    let parent = places.use(await HeldPlace.folder(root, folder));
    for (const missing of names.slice(0, -1)) parent = places.use(await parent.subfolder(missing));
    const existing = await lstat(parent.at(name)).catch(() => null);
    if (existing?.isDirectory()) throw new WorkspaceError("not_a_file", `${path} is a folder`);
    const temporary = parent.at(`.${name.slice(0, 100)}.${transferId}.part`);
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
      // In place of a link, not of what it leads to.
      await rename(temporary, parent.at(name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    const entry = await entryOf(parent.at(name), lexicalFolder(path));
    if (!entry) throw new WorkspaceError("not_found", `${path} was taken away at once`);
    return entry;
  }
}

function refusedTransfer(status: number): WorkspaceError {
  return status === 413
    ? new WorkspaceError("too_large", "the file is larger than the host takes")
    : new WorkspaceError("failed", `the sandbox endpoint answered ${status}`);
}

/** Null for what vanished since its name was read. */
async function entryOf(place: string, path: string): Promise<WorkspaceEntry | null> {
  const status = await lstat(place).catch(() => null);
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
    name: nameOf(path),
    type,
    sizeBytes: type === "file" ? status.size : 0,
    modified_ms: Math.trunc(status.mtimeMs),
  };
}

const nameOf = (shown: string): string => shown.slice(shown.lastIndexOf("/") + 1);

/** As it is shown: with `/`, without a leading or trailing one. */
function lexicalFolder(path: string): string {
  return path
    .split(sep)
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
