/** The sandbox engine that the settings ask for. */
import { dirname, join } from "node:path";
import Docker from "dockerode";
import type { Settings } from "./config/schema.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import type { ShippedPaths } from "./paths.ts";
import { DockerSandboxHost } from "./sandbox/docker/docker-sandbox-host.ts";
import { gatewayWebAddress } from "./sandbox/docker/web-address.ts";
import { ProcessSandboxHost } from "./sandbox/process/process-sandbox-host.ts";
import type { SandboxHost } from "./sandbox/sandbox.ts";

const mib = 1024 * 1024;

export interface MadeSandboxHost {
  host: SandboxHost;
  /** Whether an agent is kept from this process's memory and environment. Known after `start`. */
  isolates: () => boolean;
  /** Where the page may listen when the gateway itself is a container; undefined when it is not. */
  containerAddress: (signal: AbortSignal) => Promise<string | undefined>;
}

export function makeSandboxHost(
  settings: Settings,
  parts: { installId: string; logger: Logger; clock: Clock; shipped: ShippedPaths; path: string },
): MadeSandboxHost {
  const { installId, logger, clock, shipped, path } = parts;
  const {
    kind,
    runtime,
    memory_mb: memoryMb,
    cpus,
    pids,
    disk_device: device,
    disk_write_mb: writeMb,
  } = settings.sandbox;
  if (kind === "docker") {
    const docker = new Docker();
    const host = new DockerSandboxHost({
      installId,
      logger,
      clock,
      docker,
      image: settings.agent.image,
      globalFolder: join(settings.groups.base_path, "global"),
      limits: {
        memoryBytes: memoryMb * mib,
        cpus,
        pids,
        diskWrites: device === undefined ? null : { device, bytesPerSecond: writeMb * mib },
      },
      ...(runtime === undefined ? {} : { runtime }),
    });
    return { host, isolates: () => true, containerAddress: (signal) => gatewayWebAddress(docker, signal) };
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
  return { host, isolates: () => host.enclosed, containerAddress: () => Promise.resolve(undefined) };
}
