/** What a group's volumes hold, counted from outside: in a container of its own, where no agent can change what is told. */
import { finished } from "node:stream/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { countFiles, countTimeoutMs, type FilesUse, readFilesUse } from "../files-use.ts";
import { fullShares } from "./cpu-weights.ts";
import { type Engine, statusOf } from "./engine.ts";
import { folderVolumes } from "./folder-volumes.ts";
import { imageMissing } from "./image-missing.ts";
import { label } from "./labels.ts";
import { makeDemultiplexer } from "./log-lines.ts";

export interface VolumeCountsOptions {
  engine: Engine;
  installId: string;
  prefix: string;
  /** Any image with `du`. */
  image: string;
}

const mib = 1024 * 1024;
const mostOutput = 64 * 1024;
const removeTimeoutMs = 10_000;
const removing = "Removing a helper container";

const Listed = z.array(z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()) }));

export class VolumeCounts {
  readonly #options: VolumeCountsOptions;
  readonly #running = new Map<string, { stop: AbortController; ended: Promise<unknown> }>();

  constructor(options: VolumeCountsOptions) {
    this.#options = options;
  }

  /** Null when the folder has no volumes, when one is being counted, or when there is too much to count in time. */
  async count(folder: string, signal: AbortSignal): Promise<FilesUse | null> {
    if (this.#running.has(folder)) return null;
    const stop = new AbortController();
    const ended = this.#count(folder, AbortSignal.any([signal, stop.signal]));
    this.#running.set(folder, { stop, ended });
    try {
      return await ended;
    } finally {
      this.#running.delete(folder);
    }
  }

  /** Its volumes can be removed afterwards. */
  async end(folder: string, signal: AbortSignal): Promise<void> {
    const running = this.#running.get(folder);
    running?.stop.abort(new DOMException("its files are removed", "AbortError"));
    await running?.ended.catch(() => {});
    await this.#remove(this.#nameOf(folder), signal);
  }

  /** Removes what an earlier gateway has made and not started: by itself the engine removes only what has run. */
  async tidy(signal: AbortSignal): Promise<void> {
    const { engine, installId } = this.#options;
    const labels = [`${label.install}=${installId}`, label.counts];
    const listed = await engine.call("Listing containers", signal, (docker) =>
      docker.listContainers({ all: true, filters: { label: labels } }),
    );
    const left = Listed.parse(listed).filter(({ Labels }) => !this.#running.has(Labels[label.counts] ?? ""));
    for (const { Id } of left) await this.#remove(Id, signal);
  }

  async #remove(idOrName: string, signal: AbortSignal): Promise<void> {
    await this.#options.engine.call(removing, signal, (docker) => remove(docker.getContainer(idOrName)));
  }

  #nameOf(folder: string): string {
    return `${this.#options.prefix}-count-${folder}`;
  }

  async #count(folder: string, signal: AbortSignal): Promise<FilesUse | null> {
    const { engine, installId, image } = this.#options;
    const volumes = (await folderVolumes(engine, installId, folder, signal)).toSorted(workspaceFirst);
    if (volumes.length === 0) return null;
    const attempted = "Counting a group's files";
    await this.#remove(this.#nameOf(folder), signal);
    const container = await engine.find(attempted, signal, async (docker) => {
      const made = await docker.createContainer(this.#request(folder, volumes));
      // Given up meanwhile: nobody waits for it.
      if (signal.aborted) await remove(made);
      return made;
    });
    if (!container) throw imageMissing(image);
    try {
      const output = await engine.call(attempted, signal, () => outputOf(container), countTimeoutMs);
      return readFilesUse(output, volumes.length);
    } finally {
      await engine.call(removing, AbortSignal.timeout(removeTimeoutMs), () => remove(container));
    }
  }

  /** It reads what the agent closed to others, and nothing else. */
  #request(folder: string, volumes: readonly string[]): Docker.ContainerCreateOptions {
    const { image, installId } = this.#options;
    const places = volumes.map((_, index) => `/files/${index}`);
    return {
      name: this.#nameOf(folder),
      Image: image,
      Labels: { [label.install]: installId, [label.counts]: folder },
      User: "0:0",
      Entrypoint: ["/bin/sh", "-c", countFiles, "sh", ...places],
      Cmd: [],
      WorkingDir: "/",
      HostConfig: {
        NetworkMode: "none",
        // Also when this gateway is killed meanwhile.
        AutoRemove: true,
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        CapAdd: ["DAC_READ_SEARCH"],
        SecurityOpt: ["no-new-privileges"],
        Memory: 256 * mib,
        PidsLimit: 16,
        CpuShares: fullShares,
        LogConfig: { Type: "none", Config: {} },
        Mounts: volumes.map((Source, index) => ({
          Type: "volume",
          Source,
          Target: places[index] ?? "",
          ReadOnly: true,
        })),
      },
    };
  }
}

/** `wk` and `own` are workspaces; a sandbox that has one of its own works there. */
const workspaceFirst = (left: string, right: string): number => rank(left) - rank(right);
const rank = (volume: string): number => (/-own-/.test(volume) ? 0 : /-wk-/.test(volume) ? 1 : 2);

async function outputOf(container: Docker.Container): Promise<string> {
  const stream = await container.attach({ stream: true, stdout: true });
  const read = makeDemultiplexer();
  let text = "";
  stream.on("data", (piece: Buffer) => {
    if (text.length < mostOutput) text += read(piece);
  });
  const printed = finished(stream, { writable: false });
  await container.start();
  await printed;
  return text;
}

/** It may be gone, or on its way. */
async function remove(container: Docker.Container): Promise<void> {
  await container.remove({ force: true }).catch((error: unknown) => {
    if (![404, 409].includes(statusOf(error) ?? 0)) throw error;
  });
}
