/** A sandbox's container as the engine shows it, and what else the engine has. */
import { z } from "zod";
import { docker } from "./engine.ts";

const Inspection = z.object({
  Id: z.string(),
  Config: z.object({ User: z.string(), Labels: z.record(z.string(), z.string()), Env: z.array(z.string()) }),
  HostConfig: z.object({
    CapDrop: z.array(z.string()),
    ReadonlyRootfs: z.boolean(),
    SecurityOpt: z.array(z.string()),
    Memory: z.number(),
  }),
  Mounts: z.array(
    z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string(), RW: z.boolean() }),
  ),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ IPAddress: z.string(), Gateway: z.string() })),
  }),
});
type Inspection = z.infer<typeof Inspection>;

export async function inspect(groupId: number | string): Promise<Inspection> {
  return Inspection.parse(JSON.parse(await docker("inspect", "--format", "{{json .}}", `praktor-agent-${groupId}`)));
}

/** `volume place rw` or `… ro`, sorted. */
export function mountsOf({ Mounts }: Inspection): string[] {
  return Mounts.map((mount) => `${mount.Name} ${mount.Destination} ${mount.RW ? "rw" : "ro"}`).toSorted();
}

/** Whether nothing leads from the group's bridge to anywhere but the gateway. */
export async function isInternal(groupId: string): Promise<boolean> {
  return (await docker("network", "inspect", "--format", "{{.Internal}}", `praktor-net-${groupId}`)) === "true";
}

/** Containers, volumes and networks whose name contains this. */
export async function leftOf(name: string): Promise<string[]> {
  const filter = ["--filter", `name=${name}`, "--format"];
  const left = await Promise.all([
    docker("ps", "-a", ...filter, "{{.Names}}"),
    docker("volume", "ls", ...filter, "{{.Name}}"),
    docker("network", "ls", ...filter, "{{.Name}}"),
  ]);
  return left.flatMap((lines) => lines.split("\n").filter((line) => line !== ""));
}
