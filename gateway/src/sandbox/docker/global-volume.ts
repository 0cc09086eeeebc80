/** Brings the global instructions from a folder of the host into the volume that every agent's container mounts read-only. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { abortable } from "../../kit/deadline.ts";
import { Serial } from "../../kit/serial.ts";
import { sandboxError } from "../sandbox-error.ts";
import type { Engine } from "./engine.ts";
import { imageMissing } from "./image-missing.ts";

export interface GlobalVolumeOptions {
  engine: Engine;
  /** Any image that is there; its container is made and never started. */
  image: string;
  volume: string;
  /** The folder on this host, `{groups.base_path}/global`. */
  folder: string;
}

const target = "/workspace/global";
/** Instructions are text; a folder larger than this is a mistake, and each start would copy it. */
const maxBytes = 8 * 1024 * 1024;

interface InstructionFile {
  name: string;
  content: Buffer;
}

export class GlobalVolume {
  readonly #options: GlobalVolumeOptions;
  #written = "";
  readonly #writes = new Serial();

  constructor(options: GlobalVolumeOptions) {
    this.#options = options;
  }

  /** Writes what has changed since the last time; nothing when nothing has. Files that are gone from the folder stay in the volume. */
  async sync(signal: AbortSignal): Promise<void> {
    // Who waits for another's writing has a deadline of its own.
    await abortable(
      this.#writes.run(() => this.#sync(signal)),
      signal,
    );
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const files = await readFiles(this.#options.folder);
    const digest = createHash("sha256");
    for (const { name, content } of files) digest.update(`${name}\0${content.length}\0`).update(content);
    const fingerprint = digest.digest("hex");
    if (files.length === 0 || fingerprint === this.#written) return;
    await this.#write(files, signal);
    this.#written = fingerprint;
  }

  /** The engine writes into a volume only through a container that mounts it. */
  async #write(files: readonly InstructionFile[], signal: AbortSignal): Promise<void> {
    const { engine, image, volume } = this.#options;
    const attempted = "Writing the global instructions";
    const archive = await archiveOf(files);
    const container = await engine.find(attempted, signal, (docker) =>
      docker.createContainer({
        Image: image,
        HostConfig: { NetworkMode: "none", Mounts: [{ Type: "volume", Source: volume, Target: target }] },
      }),
    );
    if (!container) throw imageMissing(image);
    try {
      await engine.call(attempted, signal, () => container.putArchive(archive, { path: target }));
    } finally {
      await engine.call("Removing a helper container", AbortSignal.timeout(10_000), () =>
        container.remove({ force: true }),
      );
    }
  }
}

async function readFiles(folder: string): Promise<InstructionFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // What ends in `.new` is being written.
  const whole = entries.filter((entry) => entry.isFile() && !/^\..*\.new$/.test(entry.name));
  const paths = whole.map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.toSorted().map(async (path) => ({ name: relative(folder, path), content: await readFile(path) })),
  );
  const sizeBytes = files.reduce((sum, file) => sum + file.content.length, 0);
  if (sizeBytes > maxBytes) {
    throw sandboxError("start_failed", `The folder ${folder} holds more than 8 MB; it is for instructions.`);
  }
  return files;
}

async function archiveOf(files: readonly InstructionFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, content } of files) tar.entry({ name, mode: 0o644 }, content);
  tar.finalize();
  return await buffer(Readable.from(tar));
}
