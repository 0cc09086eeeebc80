import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type ContainerRequest, containerRequest, defaultLimits, ownUlimits } from "./container-request.ts";
import { FoundContainer } from "./found-container.ts";
import { label } from "./labels.ts";
import { changedFields, type Defaults, foundPolicy, policyDifferences } from "./policy.ts";
import { brokenSeal, sealed } from "./policy-seal.ts";

type Reported = z.input<typeof FoundContainer>;

const spec = {
  groupId: "1",
  folder: "one",
  network: "none",
  sandboxId: "sb",
  generation: 1,
  environment: { PRAKTOR_TOKEN: "a-token-that-nobody-may-read", GREETING: "hello" },
} as const;
const naming = { installId: "here", prefix: "praktor", image: "agent:latest", runtime: undefined };
const limits = { ...defaultLimits, diskWrites: { device: "/dev/sda", bytesPerSecond: 1_000 } };
const defaults: Defaults = {
  engine: { defaultRuntime: "runc" },
  image: { id: "sha256:1", environment: ["PATH=/bin", "HOME=/root"], command: ["node", "runner.mjs"], entrypoint: [] },
};
const asked = sealed(containerRequest(spec, naming, limits), defaults);

/** As an engine reports a container that it made of the request. */
function reported({ HostConfig: host, ...request }: ContainerRequest = asked): Reported {
  return {
    Id: "c1",
    Name: "/praktor-agent-1",
    Image: "sha256:1",
    AppArmorProfile: "docker-default",
    State: { Status: "running", Running: true, OOMKilled: false, ExitCode: 0, StartedAt: "2026-11-23T06:00:00Z" },
    Config: {
      User: request.User,
      Image: request.Image ?? "",
      Env: [...(request.Env ?? []), "PATH=/bin"],
      Cmd: ["node", "runner.mjs"],
      Entrypoint: null,
      WorkingDir: request.WorkingDir,
      Hostname: request.Hostname,
      Labels: { ...request.Labels, "of.the.image": "yes" },
    },
    HostConfig: {
      Privileged: false,
      ReadonlyRootfs: true,
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      Binds: null,
      VolumesFrom: null,
      Devices: null,
      DeviceCgroupRules: null,
      DeviceRequests: null,
      GroupAdd: null,
      Links: null,
      PortBindings: null,
      PublishAllPorts: false,
      NetworkMode: host.NetworkMode,
      PidMode: "",
      IpcMode: "private",
      CgroupnsMode: "private",
      CgroupParent: "",
      UTSMode: "",
      UsernsMode: "",
      Sysctls: null,
      StorageOpt: null,
      Dns: host.Dns ?? null,
      DnsOptions: ["timeout:1", "attempts:1"],
      ExtraHosts: null,
      Init: true,
      Memory: host.Memory ?? 0,
      CpuQuota: host.CpuQuota ?? 0,
      CpuPeriod: host.CpuPeriod ?? 0,
      CpuShares: host.CpuShares,
      PidsLimit: host.PidsLimit,
      ShmSize: host.ShmSize ?? 0,
      OomScoreAdj: 500,
      Ulimits: ownUlimits,
      OomKillDisable: false,
      BlkioDeviceWriteBps: host.BlkioDeviceWriteBps,
      LogConfig: { Type: "json-file", Config: { "max-file": "2", "max-size": "10m" } },
      Runtime: "runc",
      RestartPolicy: { Name: "no" },
      Tmpfs: host.Tmpfs,
      MaskedPaths: [
        ...["asound", "acpi", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi"].map(
          (name) => `/proc/${name}`,
        ),
        "/sys/firmware",
      ],
      ReadonlyPaths: ["bus", "fs", "irq", "sys", "sysrq-trigger"].map((name) => `/proc/${name}`),
    },
    Mounts: host.Mounts.map(({ Type, Source, Target, ReadOnly }) => ({
      Type,
      Name: Source,
      Destination: Target,
      RW: ReadOnly !== true,
    })),
    NetworkSettings: { Networks: { [host.NetworkMode]: { NetworkID: "n", IPAddress: "172.20.0.2" } } },
  };
}

const config = (change: Partial<Reported["Config"]>): Reported => {
  const whole = reported();
  return { ...whole, Config: { ...whole.Config, ...change } };
};
const host = (change: Partial<Reported["HostConfig"]>): Reported => {
  const whole = reported();
  return { ...whole, HostConfig: { ...whole.HostConfig, ...change } };
};
const env = reported().Config.Env ?? [];
const masked = reported().HostConfig.MaskedPaths ?? [];
const mounts = reported().Mounts;

/** By field, containers that differ in it alone. */
const changed: Record<string, Reported[]> = {
  image: [config({ Image: "other:latest" }), { ...reported(), Image: "sha256:2" }],
  entrypoint: [config({ Entrypoint: ["sh", "-c"] })],
  command: [config({ Cmd: ["sh"] }), config({ Cmd: null })],
  environment: [
    config({ Env: [...env, "NODE_OPTIONS=--require /evil.js"] }),
    config({ Env: env.filter((one) => !one.startsWith("GREETING=")) }),
    config({ Env: env.map((one) => (one.startsWith("PATH=") ? "PATH=/evil" : one)) }),
  ],
  user: [config({ User: "0:0" }), config({ User: "" })],
  "working directory": [config({ WorkingDir: "/" })],
  "host name": [config({ Hostname: "other" })],
  "further groups": [host({ GroupAdd: ["999"] })],
  "read-only root": [host({ ReadonlyRootfs: false })],
  privileges: [host({ Privileged: true })],
  "dropped capabilities": [host({ CapDrop: null }), host({ CapDrop: ["NET_RAW"] })],
  "added capabilities": [host({ CapAdd: ["SYS_ADMIN"] })],
  "security options": [
    host({ SecurityOpt: null }),
    host({ SecurityOpt: ["no-new-privileges", "seccomp=unconfined"] }),
    host({ SecurityOpt: ["apparmor=unconfined"] }),
  ],
  "lack of AppArmor": [{ ...reported(), AppArmorProfile: "unconfined" }],
  "unmasked paths": [host({ MaskedPaths: null }), host({ MaskedPaths: masked.slice(2) })],
  "paths open to writing": [host({ ReadonlyPaths: [] }), host({ ReadonlyPaths: ["/proc/sys"] })],
  "bound host paths": [host({ Binds: ["/:/host"] })],
  "other containers' volumes": [host({ VolumesFrom: ["praktor-gateway"] })],
  devices: [host({ Devices: [{ PathOnHost: "/dev/sda" }] })],
  "device rules": [host({ DeviceCgroupRules: ["a *:* rwm"] })],
  "requested devices": [host({ DeviceRequests: [{ Count: -1 }] })],
  "published ports": [host({ PortBindings: { "80/tcp": [{ HostPort: "80" }] } })],
  "publishing all ports": [host({ PublishAllPorts: true })],
  "links to containers": [host({ Links: ["/other:/praktor-agent-1/x"] })],
  "process namespace": [host({ PidMode: "host" })],
  "IPC namespace": [host({ IpcMode: "host" }), host({ IpcMode: "shareable" })],
  "control group namespace": [host({ CgroupnsMode: "host" })],
  "parent control group": [host({ CgroupParent: "/" })],
  "host name namespace": [host({ UTSMode: "host" })],
  "user namespace": [host({ UsernsMode: "host" })],
  "kernel settings": [host({ Sysctls: { "net.ipv4.ip_forward": "1" } })],
  "name servers": [host({ Dns: null }), host({ Dns: ["127.0.0.1", "1.1.1.1"] })],
  "name server options": [host({ DnsOptions: null })],
  "host names": [host({ ExtraHosts: ["api.anthropic.com:6.6.6.6"] })],
  init: [host({ Init: null })],
  "memory limit": [host({ Memory: 0 })],
  "processor limit": [host({ CpuQuota: 0 }), host({ CpuPeriod: 1_000 })],
  "processor weight": [host({ CpuShares: 262_144 })],
  "process limit": [host({ PidsLimit: 0 }), host({ PidsLimit: null })],
  "shared memory": [host({ ShmSize: 1 })],
  "place when memory is short": [host({ OomScoreAdj: -1_000 }), host({ OomKillDisable: true })],
  ulimits: [
    host({ Ulimits: null }),
    host({ Ulimits: ownUlimits.filter(({ Name }) => Name !== "core") }),
    host({ Ulimits: ownUlimits.map((one) => (one.Name === "rtprio" ? { ...one, Hard: 99 } : one)) }),
  ],
  "writing to the disk": [host({ BlkioDeviceWriteBps: null })],
  "storage options": [host({ StorageOpt: { size: "1T" } })],
  log: [
    host({ LogConfig: { Type: "syslog", Config: { "syslog-address": "tcp://6.6.6.6" } } }),
    host({ LogConfig: { Type: "json-file", Config: {} } }),
  ],
  runtime: [host({ Runtime: "other" })],
  "restart policy": [host({ RestartPolicy: { Name: "always" } })],
  "temporary file systems": [host({ Tmpfs: null }), host({ Tmpfs: { ...asked.HostConfig.Tmpfs, "/tmp": "rw" } })],
  networks: [
    { ...reported(), NetworkSettings: { Networks: {} } },
    {
      ...reported(),
      NetworkSettings: {
        Networks: { ...reported().NetworkSettings.Networks, bridge: { NetworkID: "b", IPAddress: "172.17.0.2" } },
      },
    },
  ],
  mounts: [
    { ...reported(), Mounts: mounts.map((mount) => ({ ...mount, RW: true })) },
    { ...reported(), Mounts: [...mounts, { Type: "bind", Destination: "/host", RW: true }] },
    { ...reported(), Mounts: mounts.slice(1) },
  ],
};
const table = Object.entries(changed).flatMap(([field, all]) => all.map((one) => [field, one] as const));
const fieldsOf = (differences: string[]): string[] => differences.map((one) => one.split(":", 1)[0] ?? "");

describe("what an engine made", () => {
  test("may have the engine's own limits besides, in whatever order", () => {
    const found = FoundContainer.parse(
      host({ Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 4096 }, ...ownUlimits.toReversed()] }),
    );
    expect(policyDifferences(asked, found, defaults)).toEqual([]);
    expect(brokenSeal(found)).toEqual([]);
  });

  test("is what was asked for, and still is when it is adopted", () => {
    const found = FoundContainer.parse(reported());
    expect(policyDifferences(asked, found, defaults)).toEqual([]);
    expect(brokenSeal(found)).toEqual([]);
  });

  test("is tried with a change of each field that is compared", () => {
    expect(Object.keys(changed)).toEqual(Object.keys(foundPolicy(FoundContainer.parse(reported()))));
  });

  test.each(table)("with another %s is not what was asked for", (field, one) => {
    expect(fieldsOf(policyDifferences(asked, FoundContainer.parse(one), defaults))).toEqual([field]);
  });

  test.each(table)(
    "and changed since in its %s is not adopted, but for what the gateway changes itself",
    (field, one) => {
      const own = field === "processor limit" || field === "processor weight";
      expect(brokenSeal(FoundContainer.parse(one))).toEqual(own ? [] : [field]);
    },
  );

  test.each(table)(
    "with another %s is not what would be started now, but for what the gateway changes itself",
    (field, one) => {
      const own = field === "processor weight";
      expect(changedFields(asked, FoundContainer.parse(one), defaults)).toEqual(own ? [] : [field]);
    },
  );

  test("is not what stricter settings or another image ask for", () => {
    const found = FoundContainer.parse(reported());
    const now = containerRequest(
      spec,
      { ...naming, runtime: "runsc" },
      { ...limits, memoryBytes: 1, cpus: 1, pids: 9 },
    );
    expect(changedFields(now, found, defaults)).toEqual([
      "memory limit",
      "processor limit",
      "process limit",
      "runtime",
    ]);
    const rebuilt = { ...defaults, image: { ...defaults.image, id: "sha256:2" } };
    expect(changedFields(asked, found, rebuilt)).toEqual(["image"]);
    const environment = { ...spec.environment, GREETING: "good evening" };
    expect(changedFields(containerRequest({ ...spec, environment }, naming, limits), found, defaults)).toEqual([
      "environment",
    ]);
  });

  test("differs by one label; and with a seal that is none it is not adopted, without one it is known as older", () => {
    const labelled = (change: Record<string, string>): FoundContainer =>
      FoundContainer.parse(config({ Labels: { ...asked.Labels, ...change } }));
    const { user } = z.object({ user: z.string() }).parse(JSON.parse(asked.Labels?.[label.policy] ?? ""));
    const userOnly = { user };
    const other = labelled({ [label.network]: "open" });
    expect(fieldsOf(policyDifferences(asked, other, defaults))).toEqual(["labels"]);
    for (const seal of ["", "null", "[]", "{", "{}", `{"user":7}`])
      expect(brokenSeal(labelled({ [label.policy]: seal }))).toEqual(["seal"]);
    expect(brokenSeal(FoundContainer.parse(config({ Labels: null })))).toBeNull();
    // A later version that compares more adopts what this one has started.
    expect(brokenSeal(labelled({ [label.policy]: JSON.stringify(userOnly) }))).toEqual([]);
    expect(brokenSeal(labelled({ [label.policy]: JSON.stringify({ ...userOnly, user: "other" }) }))).toEqual(["user"]);
  });

  test("runs under the runtime that was asked for, or the engine's own", () => {
    const withRuntime = containerRequest(spec, { ...naming, runtime: "runsc" }, limits);
    const found = FoundContainer.parse(reported());
    expect(fieldsOf(policyDifferences({ ...withRuntime, Labels: asked.Labels }, found, defaults))).toEqual(["runtime"]);
    const elsewhere = { ...defaults, engine: { defaultRuntime: "crun" } };
    expect(fieldsOf(policyDifferences(asked, found, elsewhere))).toEqual(["runtime"]);
  });

  test("is told about without a variable's value", () => {
    const [difference] = policyDifferences(asked, FoundContainer.parse(config({ Env: [] })), defaults);
    expect(difference).toContain("PRAKTOR_TOKEN=");
    expect(JSON.stringify([difference, asked.Labels])).not.toContain("nobody-may-read");
  });
});
