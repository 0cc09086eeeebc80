/** What a group's sandbox is asked to be: what settings and its group decide, and what is this one sandbox's own. */
import { errorMessage } from "../kit/praktor-error.ts";
import type { SandboxGroup, SandboxHost, SandboxMounts, SandboxSpec } from "../sandbox/sandbox.ts";
import type { PooledSandbox } from "./pooled-sandbox.ts";

/** What of a sandbox depends on whose it is. */
export interface SandboxShape {
  /** Absent: the group's own workspace. */
  mounts?: SandboxMounts;
  environment: Record<string, string>;
}

/** A change of the network's policy is looked at for itself, while the gateway runs too. */
const ownVariables = [
  "PRAKTOR_NETWORK",
  "GROUP_ID",
  "PRAKTOR_SANDBOX_ID",
  "PRAKTOR_TOKEN",
  "PRAKTOR_ENDPOINT",
  "NATS_URL",
] as const;

export function sandboxSpec(
  sandbox: SandboxGroup & { sandboxId: string; generation: number },
  { mounts, environment }: SandboxShape,
  own: Partial<Record<(typeof ownVariables)[number], string>>,
): SandboxSpec {
  return { ...sandbox, environment: { ...environment, ...own }, ...(mounts === undefined ? {} : { mounts }) };
}

export interface ChangedSettingsParts {
  host: Pick<SandboxHost, "changes">;
  folderOf: (groupId: string) => Promise<string | null>;
  shapeOf: (groupId: string) => Promise<SandboxShape>;
}

/** In what a sandbox that was taken over is not what its group would be given now, in words; where that cannot be found out, it counts as changed. */
export async function changedSettings(
  { host, folderOf, shapeOf }: ChangedSettingsParts,
  { groupId, sandboxId, generation, network = "open" }: PooledSandbox,
  signal: AbortSignal,
): Promise<string[]> {
  const folder = await folderOf(groupId);
  if (folder === null) return [];
  const spec = sandboxSpec({ groupId, folder, network, sandboxId, generation }, await shapeOf(groupId), {});
  return await host.changes(spec, ownVariables, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return [errorMessage(error)];
  });
}
