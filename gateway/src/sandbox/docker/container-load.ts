/** What a container uses, as the engine counts it. */
import { z } from "zod";
import type { SandboxLoad } from "../sandbox.ts";
import type { Engine } from "./engine.ts";

const nanosecondsPerMs = 1_000_000;

/** https://docs.docker.com/reference/api/engine/ (ContainerStats). A container that has just ended has no figures. */
const Stats = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({
    usage: z.number(),
    limit: z.number().optional(),
    stats: z.object({ inactive_file: z.number().optional(), total_inactive_file: z.number().optional() }).optional(),
  }),
});

export async function containerLoad(
  engine: Engine,
  containerId: string | undefined,
  signal: AbortSignal,
): Promise<SandboxLoad | null> {
  if (containerId === undefined) return null;
  const found = await engine.find("Measuring a container", signal, (docker) =>
    // `one-shot`: the engine would otherwise wait for a second look.
    docker.getContainer(containerId).stats({ stream: false, "one-shot": true }),
  );
  return toLoad(found);
}

/** Null when the engine gives no figures. */
export function toLoad(found: unknown): SandboxLoad | null {
  const { data } = Stats.safeParse(found);
  if (!data) return null;
  const { usage, limit, stats } = data.memory_stats;
  // What the kernel would give back at once is no use of memory; `docker stats` counts so too. v2 of cgroups, or v1.
  const cached = stats?.inactive_file ?? stats?.total_inactive_file ?? 0;
  return {
    cpuMs: data.cpu_stats.cpu_usage.total_usage / nanosecondsPerMs,
    memoryBytes: Math.max(0, usage - cached),
    memoryLimitBytes: limit ?? null,
  };
}
