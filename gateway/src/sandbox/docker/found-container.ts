/** What the engine says about a container, as far as Praktor relies on it. */
import { z } from "zod";

const list = z
  .array(z.string())
  .nullish()
  .transform((items) => items ?? []);

const anything = z
  .array(z.unknown())
  .nullish()
  .transform((items) => items ?? []);
const words = z
  .record(z.string(), z.string())
  .nullish()
  .transform((record) => record ?? {});

export const FoundContainer = z.object({
  Id: z.string(),
  Name: z.string(),
  /** The image's own id. */
  Image: z.string().default(""),
  AppArmorProfile: z.string().default(""),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    OOMKilled: z.boolean(),
    ExitCode: z.number(),
    Error: z.string().default(""),
    StartedAt: z.string(),
  }),
  Config: z.object({
    User: z.string(),
    Image: z.string(),
    Env: list,
    Cmd: list,
    Entrypoint: list,
    WorkingDir: z.string().default(""),
    Hostname: z.string().default(""),
    Labels: words,
  }),
  HostConfig: z.object({
    Privileged: z.boolean(),
    ReadonlyRootfs: z.boolean(),
    CapAdd: list,
    CapDrop: list,
    SecurityOpt: list,
    Binds: list,
    Devices: anything,
    DeviceCgroupRules: list,
    DeviceRequests: anything,
    GroupAdd: list,
    VolumesFrom: list,
    Links: list,
    MaskedPaths: list,
    ReadonlyPaths: list,
    Sysctls: words,
    StorageOpt: words,
    PublishAllPorts: z.boolean().default(false),
    CgroupParent: z.string().default(""),
    LogConfig: z.object({ Type: z.string(), Config: words }),
    Ulimits: z
      .array(z.object({ Name: z.string(), Soft: z.number(), Hard: z.number() }))
      .nullish()
      .transform((all) => all ?? []),
    OomScoreAdj: z.number().default(0),
    OomKillDisable: z.boolean().nullish(),
    PortBindings: z
      .record(z.string(), z.unknown())
      .nullish()
      .transform((ports) => ports ?? {}),
    NetworkMode: z.string(),
    PidMode: z.string(),
    IpcMode: z.string(),
    CgroupnsMode: z.string().default("private"),
    UTSMode: z.string(),
    UsernsMode: z.string().default(""),
    Dns: list,
    DnsOptions: list,
    ExtraHosts: list,
    Init: z.boolean().nullish(),
    Memory: z.number(),
    CpuQuota: z.number(),
    CpuPeriod: z.number(),
    CpuShares: z.number().default(0),
    PidsLimit: z.number().nullish(),
    ShmSize: z.number(),
    BlkioDeviceWriteBps: z
      .array(z.object({ Path: z.string(), Rate: z.number() }))
      .nullish()
      .transform((devices) => devices ?? []),
    Runtime: z.string().default(""),
    RestartPolicy: z.object({ Name: z.string() }),
    Tmpfs: words,
  }),
  Mounts: z.array(
    z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string(), RW: z.boolean() }),
  ),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ NetworkID: z.string(), IPAddress: z.string() })),
  }),
});
export type FoundContainer = z.infer<typeof FoundContainer>;

/** Those of its variables that are named, with their values. */
export function variablesOf(found: FoundContainer, names: readonly string[]): Record<string, string> {
  const all = found.Config.Env.map((variable) => [variable.split("=", 1)[0] ?? "", variable] as const);
  return Object.fromEntries(
    all.flatMap(([name, variable]) => (names.includes(name) ? [[name, variable.slice(name.length + 1)]] : [])),
  );
}
