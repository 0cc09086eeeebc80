/** Compares what the engine made with what was asked: an engine may drop a limit that its kernel lacks with a mere warning. */
import type { ContainerRequest } from "./container-request.ts";
import type { FoundContainer } from "./found-container.ts";

/** Each difference as a phrase; empty when the container is what was asked for. Swap is left out: many kernels cannot limit it. */
export function policyDifferences(asked: ContainerRequest, found: FoundContainer): string[] {
  const wanted = asked.HostConfig;
  const host = found.HostConfig;
  const expected: [what: string, wanted: unknown, found: unknown][] = [
    ["user", asked.User, found.Config.User],
    ["labels", asked.Labels, pick(found.Config.Labels, asked.Labels ?? {})],
    ["read-only root", true, host.ReadonlyRootfs],
    ["privileges", false, host.Privileged],
    ["dropped capabilities", ["ALL"], host.CapDrop],
    ["added capabilities", [], host.CapAdd],
    ["security options", ["no-new-privileges"], host.SecurityOpt],
    ["bound host paths", [], host.Binds],
    ["devices", [], host.Devices],
    ["published ports", {}, host.PortBindings],
    ["process namespace", "", host.PidMode],
    ["IPC namespace", "private", host.IpcMode],
    ["control group namespace", "private", host.CgroupnsMode],
    ["host name namespace", "", host.UTSMode],
    ["user namespace", "", host.UsernsMode],
    ["name servers", wanted.Dns ?? [], host.Dns],
    ["host names", [], host.ExtraHosts],
    ["init", true, host.Init ?? false],
    ["memory limit", wanted.Memory, host.Memory],
    ["processor limit", [wanted.CpuQuota, wanted.CpuPeriod], [host.CpuQuota, host.CpuPeriod]],
    ["process limit", wanted.PidsLimit, host.PidsLimit],
    ["shared memory", wanted.ShmSize, host.ShmSize],
    ["writing to the disk", wanted.BlkioDeviceWriteBps, host.BlkioDeviceWriteBps],
    ["runtime", wanted.Runtime ?? host.Runtime, host.Runtime],
    ["restart policy", "no", host.RestartPolicy.Name],
    ["temporary file systems", sorted(wanted.Tmpfs), sorted(host.Tmpfs)],
    ["networks", [wanted.NetworkMode], Object.keys(found.NetworkSettings.Networks)],
    ["mounts", wanted.Mounts.map(askedMount).sort(), found.Mounts.map(foundMount).sort()],
  ];
  return expected
    .filter(([, wanted, found]) => JSON.stringify(wanted) !== JSON.stringify(found))
    .map(([what, wanted, found]) => `${what}: asked ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
}

const pick = (from: Record<string, string>, keys: Record<string, string>): Record<string, string | undefined> =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, from[key]]));

const sorted = (record: Record<string, string>): [string, string][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const askedMount = (mount: { Type: string; Source: string; Target: string; ReadOnly?: boolean | undefined }): string =>
  `${mount.Type} ${mount.Source} ${mount.Target} ${mount.ReadOnly === true ? "ro" : "rw"}`;

const foundMount = (mount: FoundContainer["Mounts"][number]): string =>
  `${mount.Type} ${mount.Name ?? ""} ${mount.Destination} ${mount.RW ? "rw" : "ro"}`;
