/** Groups' files in plain directories: what a runner does, without a sandbox. For tests of the web alone. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import { PraktorError } from "../../kit/praktor-error.ts";
import type { WebWorkspace } from "../ports.ts";

export function directoryWorkspace(root: string): WebWorkspace {
  const at = (groupId: string, path: string): string => join(root, groupId, path);

  async function entryOf(groupId: string, path: string): Promise<WorkspaceEntry> {
    const found = await stat(at(groupId, path)).catch(() => null);
    if (!found) throw new PraktorError("not_found", `There is no ${path}.`);
    const type = found.isDirectory() ? "directory" : "file";
    return { path, name: basename(path), type, sizeBytes: found.size, modified_ms: Math.round(found.mtimeMs) };
  }

  return {
    async list(groupId, path) {
      const names = await readdir(at(groupId, path)).catch(() => {
        throw new PraktorError("not_a_directory", `${path} is no directory.`);
      });
      const entries = await Promise.all(names.map((name) => entryOf(groupId, join(path, name))));
      return { entries, truncated: false };
    },
    async read(groupId, path, signal) {
      const entry = await entryOf(groupId, path);
      if (entry.type !== "file") throw new PraktorError("not_a_file", `${path} is no file.`);
      return { entry, stream: bytes(createReadStream(at(groupId, path), { signal })) };
    },
    async write(groupId, path, stream, signal) {
      await mkdir(dirname(at(groupId, path)), { recursive: true });
      await pipeline(stream, createWriteStream(at(groupId, path)), { signal });
      return entryOf(groupId, path);
    },
  };
}

function bytes(source: Readable): ReadableStream<Uint8Array> {
  const chunks = source.iterator();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel: () => void source.destroy(),
  });
}
