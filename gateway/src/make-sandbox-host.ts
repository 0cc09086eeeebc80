/** The sandbox engine that the settings ask for. */
import { dirname, join } from "node:path";
import Docker from "dockerode";
import type { Settings } from "./config/schema.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import type { ShippedPaths } from "./paths.ts";
import { DockerSandboxHost } from "./sandbox/docker/docker-sandbox-host.ts";
import { ProcessSandboxHost } from "./sandbox/process/process-sandbox-host.ts";
import type { SandboxHost } from "./sandbox/sandbox.ts";

export interface MadeSandboxHost {
  host: SandboxHost;
  /** Whether an agent is kept from this process's memory and environment. Known after `start`. */
  isolates: () => boolean;
}

export function makeSandboxHost(
  settings: Settings,
  parts: { installId: string; logger: Logger; clock: Clock; shipped: ShippedPaths; path: string },
): MadeSandboxHost {
  const { installId, logger, clock, shipped, path } = parts;
  const { kind, runtime, memory_mb: memoryMb, cpus, pids } = settings.sandbox;
  if (kind === "docker") {
    const host = new DockerSandboxHost({
      installId,
      logger,
      clock,
      docker: new Docker(),
      image: settings.agent.image,
      limits: { memoryBytes: memoryMb * 1024 * 1024, cpus, pids },
      ...(runtime === undefined ? {} : { runtime }),
    });
    return { host, isolates: () => true };
  }
  const host = new ProcessSandboxHost({
    installId,
    logger,
    clock,
    groupsBase: settings.groups.base_path,
    stateBase: join(dirname(settings.store.path), "sandboxes"),
    runnerPath: shipped.runner,
    toolDirectories: [shipped.tools],
    path,
    ...(shipped.claude === undefined ? {} : { claudePath: shipped.claude }),
  });
  return { host, isolates: () => host.enclosed };
}
