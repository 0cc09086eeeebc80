/** What a group's container is asked to be. Everything that isolates it is decided here, and checked in `policy.ts`. */
import type Docker from "dockerode";
import type { SandboxMounts, SandboxSpec } from "../sandbox.ts";
import { fullShares } from "./cpu-weights.ts";
import { containerLabels, groupLabels } from "./labels.ts";

export interface ContainerLimits {
  memoryBytes: number;
  /** Processors, also parts of one. */
  cpus: number;
  /** Processes and threads. */
  pids: number;
  /** Chromium keeps its pages in shared memory and crashes with Docker's 64 MB. */
  sharedMemoryBytes: number;
  /** Each of the writable places that are not volumes: /tmp and HOME. Counts as memory while it is used. */
  temporaryBytes: number;
  /** How fast it may write to the disk of its volumes, a whole one; null: as fast as the disk goes. */
  diskWrites: { device: string; bytesPerSecond: number } | null;
}

const mib = 1024 * 1024;

export const defaultLimits: ContainerLimits = {
  memoryBytes: 4096 * mib,
  cpus: 2,
  pids: 1024,
  sharedMemoryBytes: 512 * mib,
  temporaryBytes: 1024 * mib,
  diskWrites: null,
};

export interface ContainerNaming {
  installId: string;
  /** `praktor`: containers are `praktor-agent-{groupId}`, networks `praktor-net-{folder}`, volumes `praktor-wk-{folder}` … */
  prefix: string;
  image: string;
  /** Another OCI runtime that the engine knows, for example `runsc`. */
  runtime: string | undefined;
}

export const agentUser = "10321:10321";
const cpuPeriodMicroseconds = 100_000;

export const containerName = (prefix: string, groupId: string): string => `${prefix}-agent-${groupId}`;
export const networkName = (prefix: string, folder: string): string => `${prefix}-net-${folder}`;

interface Isolation {
  Mounts: Docker.MountSettings[];
  Tmpfs: Record<string, string>;
  NetworkMode: string;
  /** Missing in dockerode's types. */
  CgroupnsMode: "private";
  BlkioDeviceWriteBps: { Path: string; Rate: number }[];
  Ulimits: { Name: string; Soft: number; Hard: number }[];
}

/** The body of the engine's create call, less the fields that the engine fills itself. */
export type ContainerRequest = Docker.ContainerCreateOptions & {
  name: string;
  User: string;
  HostConfig: Docker.HostConfig & Isolation;
};

export function containerRequest(
  spec: SandboxSpec,
  naming: ContainerNaming,
  limits: ContainerLimits,
): ContainerRequest {
  const { prefix, installId } = naming;
  const paths = containerPaths(spec.mounts);
  const owned = "rw,exec,nosuid,nodev,uid=10321,gid=10321";
  return {
    name: containerName(prefix, spec.groupId),
    Image: naming.image,
    User: agentUser,
    WorkingDir: paths.PRAKTOR_WORKSPACE,
    Hostname: "praktor-agent",
    Labels: containerLabels(installId, spec),
    Env: Object.entries({ ...spec.environment, ...paths }).map(([name, value]) => `${name}=${value}`),
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      NetworkMode: networkName(prefix, spec.folder),
      ...(spec.network === "open" ? {} : ownResolver),
      Mounts: containerMounts(spec, naming),
      ReadonlyRootfs: true,
      Tmpfs: {
        "/tmp": `rw,exec,nosuid,nodev,mode=1777,size=${limits.temporaryBytes}`,
        [home]: `${owned},mode=0755,size=${limits.temporaryBytes}`,
        "/run/praktor": `${owned},mode=0700,size=${mib}`,
      },
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      IpcMode: "private",
      CgroupnsMode: "private",
      Init: true,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      // A quota, because the engine refuses more processors than the machine has only when they are asked for as NanoCpus.
      CpuPeriod: cpuPeriodMicroseconds,
      // Where processors are short, the gateway and the engine (1024 each) come before an agent.
      CpuShares: fullShares,
      CpuQuota: Math.round(limits.cpus * cpuPeriodMicroseconds),
      PidsLimit: limits.pids,
      ShmSize: limits.sharedMemoryBytes,
      // Nothing else keeps who writes all the time from holding up everybody's commits: the disk works off its queue first.
      BlkioDeviceWriteBps: limits.diskWrites
        ? [{ Path: limits.diskWrites.device, Rate: limits.diskWrites.bytesPerSecond }]
        : [],
      Ulimits: ownUlimits,
      // When the machine itself runs out of memory, an agent goes before the gateway and the engine.
      OomScoreAdj: 500,
      RestartPolicy: { Name: "no" },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
      ...(naming.runtime === undefined ? {} : { Runtime: naming.runtime }),
    },
  };
}

function containerMounts(spec: SandboxSpec, { prefix, installId }: ContainerNaming): Docker.MountSettings[] {
  const { group, own, shared } = spec.mounts ?? { group: { ...spec, readOnly: false }, own: false, shared: null };
  const volume = (name: string, target: string, readOnly: boolean): Docker.MountSettings => ({
    Type: "volume",
    Source: `${prefix}-${name}`,
    Target: target,
    ReadOnly: readOnly,
  });
  /** With the labels of whom it belongs to, by which it is found when that one is gone. */
  const labelled = (
    owner: { groupId: string; folder: string },
    kind: string,
    target: string,
    readOnly = false,
  ): Docker.MountSettings => ({
    ...volume(`${kind}-${owner.folder}`, target, readOnly),
    VolumeOptions: {
      NoCopy: false,
      Labels: groupLabels(installId, owner),
      DriverConfig: { Name: "local", Options: {} },
    },
  });
  return [
    ...(group === null ? [] : [labelled(group, "wk", groupFiles, group.readOnly)]),
    volume("global", "/workspace/global", true),
    labelled(spec, "sess", claudeConfig),
    ...(own ? [labelled(spec, "own", ownFiles)] : []),
    ...(shared === null ? [] : [labelled({ groupId: shared, folder: shared }, "swarm", sharedFiles)]),
  ];
}

/**
 * The engine's settings may give each container more (`default-ulimits`), but not of what is asked for: no dumps, which the kernel hands
 * to whatever the host's core_pattern names, and no place before others. The rest only bounds what the limits above bound anyway.
 */
export const ownUlimits = ["core", "nice", "rtprio"].map((name) => ({ Name: name, Soft: 0, Hard: 0 }));

const home = "/home/praktor";
const claudeConfig = "/home/praktor/.claude";
const groupFiles = "/workspace/group";
const ownFiles = "/workspace/own";
const sharedFiles = "/workspace/swarm";
/**
 * On an internal bridge the engine's name server still asks the world, from the host itself where the host's resolver listens on its
 * loopback (CVE-2024-29018). A resolver inside the container, where none is, ends that; the names on the bridge are still known.
 */
const ownResolver = { Dns: ["127.0.0.1"], DnsOptions: ["timeout:1", "attempts:1"] };

/** Where the container finds what; part of the runner's environment. */
function containerPaths(mounts: SandboxMounts | undefined) {
  return {
    HOME: home,
    CLAUDE_CONFIG_DIR: claudeConfig,
    PRAKTOR_WORKSPACE: mounts?.own === true ? ownFiles : groupFiles,
    ...(mounts?.own === true && mounts.group !== null ? { PRAKTOR_GROUP_FILES: groupFiles } : {}),
    ...(mounts === undefined || mounts.shared === null ? {} : { PRAKTOR_SWARM_FILES: sharedFiles }),
    PRAKTOR_GLOBAL: "/workspace/global",
    NATS_CREDS: "/run/praktor/nats.creds",
  };
}
