/** Compares what the engine made with what was asked: an engine may drop a limit that its kernel lacks with a mere warning. */
import { createHash } from "node:crypto";
import { type ContainerRequest, ownUlimits } from "./container-request.ts";
import type { EngineFacts, ImageFacts } from "./engine-facts.ts";
import type { FoundContainer } from "./found-container.ts";

/** What the engine adds to a request where it says nothing. */
export interface Defaults {
  engine: Pick<EngineFacts, "defaultRuntime">;
  image: ImageFacts;
}

const askedUlimits = new Set(ownUlimits.map(({ Name }) => Name));

/** Those that every engine masks, and those that it lets nobody write to; newer ones know more. */
const maskedPaths = ["acpi", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list"]
  .map((name) => `/proc/${name}`)
  .concat("/sys/firmware");
const readonlyPaths = ["bus", "fs", "irq", "sys", "sysrq-trigger"].map((name) => `/proc/${name}`);

/** Field by field in the words of an error. Swap is left out: many kernels cannot limit it. */
export function wantedPolicy(asked: ContainerRequest, { engine, image }: Defaults) {
  const wanted = asked.HostConfig;
  return {
    image: [asked.Image, image.id],
    entrypoint: image.entrypoint,
    command: image.command,
    environment: environmentOf([...(asked.Env ?? []), ...notIn(image.environment, asked.Env ?? [])]),
    user: asked.User,
    "working directory": asked.WorkingDir,
    "host name": asked.Hostname,
    "further groups": [],
    "read-only root": true,
    privileges: false,
    "dropped capabilities": ["ALL"],
    "added capabilities": [],
    "security options": ["no-new-privileges"],
    "lack of AppArmor": false,
    "unmasked paths": [],
    "paths open to writing": [],
    "bound host paths": [],
    "other containers' volumes": [],
    devices: [],
    "device rules": [],
    "requested devices": [],
    "published ports": {},
    "publishing all ports": false,
    "links to containers": [],
    "process namespace": "",
    "IPC namespace": "private",
    "control group namespace": "private",
    "parent control group": "",
    "host name namespace": "",
    "user namespace": "",
    "kernel settings": [],
    "name servers": wanted.Dns ?? [],
    "name server options": wanted.DnsOptions ?? [],
    "host names": [],
    init: true,
    "memory limit": wanted.Memory,
    "processor limit": [wanted.CpuQuota, wanted.CpuPeriod],
    "processor weight": wanted.CpuShares,
    "process limit": wanted.PidsLimit,
    "shared memory": wanted.ShmSize,
    "place when memory is short": [wanted.OomScoreAdj, false],
    ulimits: wanted.Ulimits.map(ulimitWords).sort(),
    "writing to the disk": wanted.BlkioDeviceWriteBps,
    "storage options": [],
    log: [wanted.LogConfig?.Type, sorted(wanted.LogConfig?.Config ?? {})],
    runtime: wanted.Runtime ?? engine.defaultRuntime,
    "restart policy": "no",
    "temporary file systems": sorted(wanted.Tmpfs),
    networks: [wanted.NetworkMode],
    mounts: wanted.Mounts.map(askedMount).sort(),
  } satisfies Record<string, unknown>;
}

export type PolicyField = keyof ReturnType<typeof wantedPolicy>;

export function foundPolicy(found: FoundContainer): Record<PolicyField, unknown> {
  const { Config: config, HostConfig: host } = found;
  return {
    image: [config.Image, found.Image],
    entrypoint: config.Entrypoint,
    command: config.Cmd,
    environment: environmentOf(config.Env),
    user: config.User,
    "working directory": config.WorkingDir,
    "host name": config.Hostname,
    "further groups": host.GroupAdd,
    "read-only root": host.ReadonlyRootfs,
    privileges: host.Privileged,
    "dropped capabilities": host.CapDrop,
    "added capabilities": host.CapAdd,
    "security options": host.SecurityOpt,
    "lack of AppArmor": found.AppArmorProfile === "unconfined",
    "unmasked paths": maskedPaths.filter((path) => !host.MaskedPaths.includes(path)),
    "paths open to writing": readonlyPaths.filter((path) => !host.ReadonlyPaths.includes(path)),
    "bound host paths": host.Binds,
    "other containers' volumes": host.VolumesFrom,
    devices: host.Devices,
    "device rules": host.DeviceCgroupRules,
    "requested devices": host.DeviceRequests,
    "published ports": host.PortBindings,
    "publishing all ports": host.PublishAllPorts,
    "links to containers": host.Links,
    "process namespace": host.PidMode,
    "IPC namespace": host.IpcMode,
    "control group namespace": host.CgroupnsMode,
    "parent control group": host.CgroupParent,
    "host name namespace": host.UTSMode,
    "user namespace": host.UsernsMode,
    "kernel settings": sorted(host.Sysctls),
    "name servers": host.Dns,
    "name server options": host.DnsOptions,
    "host names": host.ExtraHosts,
    init: host.Init ?? false,
    "memory limit": host.Memory,
    "processor limit": [host.CpuQuota, host.CpuPeriod],
    "processor weight": host.CpuShares,
    "process limit": host.PidsLimit,
    "shared memory": host.ShmSize,
    "place when memory is short": [host.OomScoreAdj, host.OomKillDisable ?? false],
    // Others are the engine's own, which its settings may give to every container.
    ulimits: host.Ulimits.filter(({ Name }) => askedUlimits.has(Name))
      .map(ulimitWords)
      .sort(),
    "writing to the disk": host.BlkioDeviceWriteBps,
    "storage options": sorted(host.StorageOpt),
    log: [host.LogConfig.Type, sorted(host.LogConfig.Config)],
    runtime: host.Runtime,
    "restart policy": host.RestartPolicy.Name,
    "temporary file systems": sorted(host.Tmpfs),
    networks: Object.keys(found.NetworkSettings.Networks),
    mounts: found.Mounts.map(foundMount).sort(),
  };
}

/** Each difference as a phrase; empty when the container is what was asked for. */
export function policyDifferences(asked: ContainerRequest, found: FoundContainer, defaults: Defaults): string[] {
  return differences(asked, found, defaults).map(([what, value, other]) => `${what}: asked ${value}, found ${other}`);
}

/** The fields in which a container that runs is not what would be asked for now, less what the gateway changes itself. */
export function changedFields(asked: ContainerRequest, found: FoundContainer, defaults: Defaults): string[] {
  const weight: PolicyField = "processor weight";
  return differences(asked, found, defaults).flatMap(([what]) => (what === weight ? [] : [what]));
}

function differences(asked: ContainerRequest, found: FoundContainer, defaults: Defaults) {
  const labels = asked.Labels ?? {};
  const wanted = { ...wantedPolicy(asked, defaults), labels };
  const seen: Record<string, unknown> = {
    ...foundPolicy(found),
    labels: pick(found.Config.Labels, labels),
  };
  return Object.entries(wanted)
    .map(([what, value]) => [what, JSON.stringify(value), JSON.stringify(seen[what])] as const)
    .filter(([, value, other]) => value !== other);
}

export const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Tokens are among the values, and differences are shown. */
const environmentOf = (variables: readonly string[]): string[] =>
  variables.map((variable) => `${nameOf(variable)}=${shortHash(variable)}`).sort();

const nameOf = (variable: string): string => variable.split("=", 1)[0] ?? "";

const notIn = (variables: readonly string[], others: readonly string[]): string[] => {
  const names = new Set(others.map(nameOf));
  return variables.filter((variable) => !names.has(nameOf(variable)));
};

const pick = (from: Record<string, string>, keys: Record<string, string>): Record<string, string | undefined> =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, from[key]]));

const ulimitWords = ({ Name, Soft, Hard }: FoundContainer["HostConfig"]["Ulimits"][number]): string =>
  `${Name}=${Soft}:${Hard}`;

const sorted = (record: Record<string, string>): [string, string][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const askedMount = (mount: { Type: string; Source: string; Target: string; ReadOnly?: boolean | undefined }): string =>
  `${mount.Type} ${mount.Source} ${mount.Target} ${mount.ReadOnly === true ? "ro" : "rw"}`;

const foundMount = (mount: FoundContainer["Mounts"][number]): string =>
  `${mount.Type} ${mount.Name ?? ""} ${mount.Destination} ${mount.RW ? "rw" : "ro"}`;
