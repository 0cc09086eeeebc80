/** Finds out whether the gateway itself runs in a container of the engine that it commands, and in which. */
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { Engine } from "./engine.ts";
import { FoundContainer } from "./found-container.ts";

/** The gateway's own container, or undefined when it runs on the host (or in a container of another engine). */
export async function findOwnContainer(engine: Engine, signal: AbortSignal): Promise<FoundContainer | undefined> {
  const [mounts, cgroup] = await Promise.all(["/proc/self/mountinfo", "/proc/self/cgroup"].map(readOrEmpty));
  for (const id of ownContainerCandidates(mounts ?? "", cgroup ?? "", hostname())) {
    const found = await engine.find("Looking for the gateway's own container", signal, (docker) =>
      docker.getContainer(id).inspect(),
    );
    const container = found && FoundContainer.parse(found);
    if (container?.State.Running === true && container.Id.startsWith(id)) return container;
  }
  return undefined;
}

/** Ids from the surest place to the least: Docker binds files of the container's own directory to /etc, and names hosts after it. */
export function ownContainerCandidates(mountinfo: string, cgroup: string, hostname: string): string[] {
  const mounted = mountinfo
    .split("\n")
    .filter((line) => / \/etc\/(hostname|hosts|resolv\.conf) /.test(line))
    .map((line) => /\/containers\/([0-9a-f]{64})\//.exec(line)?.[1]);
  const grouped = cgroup.split("\n").map((line) => /\bdocker[-/]([0-9a-f]{64})\b/.exec(line)?.[1]);
  const named = /^[0-9a-f]{12}$/.test(hostname) ? hostname : undefined;
  return [...new Set([...mounted, ...grouped, named].filter((id) => id !== undefined))];
}

async function readOrEmpty(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
