/** Containers as sandboxes, on a real engine. */
import { createServer, type Server } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "../../../../tests/require.ts";
import { sandboxHostContract, standInSpec } from "../sandbox-host.contract.ts";
import type { RunningSandbox, SandboxExit } from "../sandbox.ts";
import type { DockerSandboxHost } from "./docker-sandbox-host.ts";
import { DockerWorkbench, engineAnswers, testLimits } from "./testing/docker-workbench.ts";
import { engineDisk } from "./testing/engine-disk.ts";

const possible = requirement("docker", await engineAnswers());
const signal = new AbortController().signal;
const patient = { timeout: 15_000, interval: 50 };
const bench = new DockerWorkbench();
const mib = 1024 * 1024;

beforeAll(async () => {
  if (possible === "run") await bench.start();
});
afterAll(async () => {
  if (possible === "run") await bench[Symbol.asyncDispose]();
});

sandboxHostContract("docker", possible, async () => {
  const host = bench.host();
  await host.start(signal);
  return {
    host,
    kill: async (running) => void (await bench.docker.getContainer(running.engineId).kill()),
    [Symbol.asyncDispose]: async () => {
      await host[Symbol.asyncDispose]();
      await bench.clear();
    },
  };
});

describe.skipIf(possible === "skip")("docker sandboxes", () => {
  const open: AsyncDisposable[] = [];
  const started = async (host: DockerSandboxHost): Promise<DockerSandboxHost> => {
    await host.start(signal);
    open.push(host);
    return host;
  };
  const listening = async (address: string): Promise<number> => {
    const server: Server = createServer((socket) => socket.end());
    open.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) });
    return new Promise((resolve) =>
      server.listen(0, address, () => {
        const bound = server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
      }),
    );
  };
  const ready = async (host: DockerSandboxHost, running: RunningSandbox): Promise<void> => {
    await expect.poll(() => host.tail(running.sandboxId, 50, signal), patient).toContain("ready");
  };

  afterEach(async () => {
    for (const resource of open.splice(0)) await resource[Symbol.asyncDispose]();
    await bench.clear();
  });

  test("make the container that was promised, and no other privileges", async () => {
    const host = await started(bench.host());
    const running = await host.launch(standInSpec("-7", 3), signal);
    await ready(host, running);
    const found = await bench.docker.getContainer(running.engineId).inspect();
    const p = bench.prefix;
    expect(found.Name).toBe(`/${p}-agent--7`);
    expect(found.Config.User).toBe("10321:10321");
    expect(found.Config.Labels).toMatchObject({
      "praktor.managed": "true",
      "praktor.group": "-7",
      "praktor.install": `install-${p}`,
      "praktor.generation": "3",
      "praktor.sandbox": "sb--7-3",
    });
    expect(Object.keys(found.NetworkSettings.Networks)).toEqual([`${p}-net-group-7`]);
    expect(found.Mounts.map((mount) => `${mount.Type} ${mount.Name} ${mount.Destination} ${mount.RW}`).sort()).toEqual([
      `volume ${p}-global /workspace/global false`,
      `volume ${p}-sess-group-7 /home/praktor/.claude true`,
      `volume ${p}-wk-group-7 /workspace/group true`,
    ]);
    expect(found.HostConfig).toMatchObject({
      Memory: testLimits.memoryBytes,
      PidsLimit: testLimits.pids,
      ShmSize: testLimits.sharedMemoryBytes,
      Init: true,
      RestartPolicy: { Name: "no" },
    });
    const inside = async (script: string): Promise<string> =>
      (await bench.run(running.engineId, ["sh", "-c", script])).output;
    expect(await inside("id -u; id -g; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/1/status")).toMatch(
      /^10321\n10321\nCapEff:\t0{16}\nCapBnd:\t0{16}\nNoNewPrivs:\t1\nSeccomp:\t2$/m,
    );
    const places =
      "/ /etc /opt /workspace/global /usr/local/bin /workspace/group /home/praktor /home/praktor/.claude /tmp /run/praktor /dev/shm";
    expect(await inside(`for p in ${places}; do touch $p/x 2>/dev/null && echo $p; done`)).toBe(
      "/workspace/group\n/home/praktor\n/home/praktor/.claude\n/tmp\n/run/praktor\n/dev/shm",
    );
    expect(await inside("cat /proc/mounts | grep -c docker.sock")).toBe("0");
  });

  test("are brought changed global instructions while they run", async () => {
    const folder = await mkdtemp(join(tmpdir(), "praktor-global-"));
    open.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
    const write = (text: string): Promise<void> => writeFile(join(folder, "CLAUDE.md"), text);
    await write("The dog is called Waldi.");
    const host = await started(bench.host({ globalFolder: folder }));
    const running = await host.launch(standInSpec("1", 1), signal);
    const read = async (): Promise<string> =>
      (await bench.run(running.engineId, ["cat", "/workspace/global/CLAUDE.md"])).output;
    expect(await read()).toBe("The dog is called Waldi.");
    await write("The cat is called Mimi.");
    await host.bringInstructions(signal);
    expect(await read()).toBe("The cat is called Mimi.");
  });

  test("reach the gateway's listener, but neither its loopback nor another group's container", async () => {
    const host = await started(bench.host());
    const place = await host.prepare({ groupId: "1", folder: "group1", network: "open" }, signal);
    const [offered, hidden] = [await listening(place.listenHost), await listening("127.0.0.1")];
    const [one, two] = await Promise.all([
      host.launch(standInSpec("1", 1), signal),
      host.launch(standInSpec("2", 1), signal),
    ]);
    await Promise.all([ready(host, one), ready(host, two)]);
    const other = await bench.docker.getContainer(two.engineId).inspect();
    const address = Object.values(other.NetworkSettings.Networks)[0]?.IPAddress ?? "";
    const serve = `require("net").createServer((socket) => socket.end()).listen(7777)`;
    const exec = await bench.docker.getContainer(two.engineId).exec({ Cmd: ["node", "-e", serve] });
    await exec.start({ Detach: true });
    await expect.poll(() => bench.reaches(two.engineId, address, 7777), patient).toBe(true);

    expect(await bench.reaches(one.engineId, place.reachHost, offered)).toBe(true);
    expect(await bench.reaches(one.engineId, address, 7777)).toBe(false);
    expect(await bench.reaches(one.engineId, `${bench.prefix}-agent-2`, 7777)).toBe(false);
    expect(await bench.reaches(one.engineId, place.reachHost, hidden)).toBe(false);
    expect(await bench.reaches(one.engineId, "127.0.0.1", hidden)).toBe(false);
  });

  test("are on a bridge of their group's policy, made anew for another, and never started on the wrong one", async () => {
    const host = await started(bench.host());
    const spec = standInSpec("1", 1);
    const bridge = async (): Promise<unknown> => {
      const { Internal, EnableIPv6, Options } = await bench.docker.getNetwork(`${bench.prefix}-net-group1`).inspect();
      return { Internal, EnableIPv6, name: Options?.["com.docker.network.bridge.name"] };
    };
    await host.prepare(spec, signal);
    const name = expect.stringMatching(/^prk[0-9a-f]{4}-[0-9a-f]{7}$/);
    expect(await bridge()).toEqual({ Internal: false, EnableIPv6: false, name });
    const closed = { ...spec, network: "none" } as const;
    await host.prepare(closed, signal);
    expect(await bridge()).toEqual({ Internal: true, EnableIPv6: false, name });
    await expect(host.launch(spec, signal)).rejects.toMatchObject({ code: "policy_mismatch" });
    const running = await host.launch(closed, signal);
    expect(running.network).toBe("none");
    const found = await bench.docker.getContainer(running.engineId).inspect();
    expect(found.HostConfig.Dns).toEqual(["127.0.0.1"]);
    // One that runs keeps its bridge: it is stopped before another is made.
    await host.prepare(spec, signal);
    expect(await bridge()).toMatchObject({ Internal: true });
    await host.stop(running.sandboxId, 0, signal);
    await host.prepare(spec, signal);
    expect(await bridge()).toMatchObject({ Internal: false });
  });

  test("outlive their gateway; the next one adopts what runs and hears of what ended meanwhile", async () => {
    const first = bench.host();
    await first.start(signal);
    const [kept, lost] = [
      await first.launch(standInSpec("1", 1), signal),
      await first.launch(standInSpec("2", 1), signal),
    ];
    await first[Symbol.asyncDispose]();
    await bench.docker.getContainer(lost.engineId).kill();

    const exits: SandboxExit[] = [];
    const second = bench.host();
    second.onExit((exit) => exits.push(exit));
    await started(second);
    expect(exits).toMatchObject([{ sandboxId: lost.sandboxId, exitCode: null }]);
    expect(await second.list(signal)).toEqual([kept]);
    const spec = standInSpec("1", 1);
    const own = Object.keys(spec.environment);
    const now = { ...spec, environment: {} };
    expect(await second.changes(now, own, signal)).toEqual([]);
    expect(await second.changes(spec, [], signal)).toEqual([]);
    expect(await second.changes({ ...now, environment: { PRAKTOR_MAX_TURNS: "3" } }, own, signal)).toEqual([
      "environment",
    ]);
    const stricter = bench.host({ limits: { ...testLimits, memoryBytes: 100 * mib }, runtime: "runsc" });
    expect(await stricter.changes(now, own, signal)).toEqual(["memory limit", "runtime"]);
    expect(await bench.host({ image: `${bench.prefix}:gone` }).changes(now, own, signal)).toEqual(["image"]);
    await second.stop(kept.sandboxId, 2_000, signal);
    expect(await second.changes(spec, [], signal)).toEqual([]);
    expect(exits.map((exit) => exit.sandboxId)).toEqual([lost.sandboxId, kept.sandboxId]);
  });

  test("are adopted with another share of the processors, and ended where they are not what they were started as", async () => {
    const first = bench.host();
    await first.start(signal);
    const [kept, loosened, connected] = [
      await first.launch(standInSpec("1", 1), signal),
      await first.launch(standInSpec("2", 1), signal),
      await first.launch(standInSpec("3", 1), signal),
    ];
    await first[Symbol.asyncDispose]();
    const container = (running: RunningSandbox) => bench.docker.getContainer(running.engineId);
    await container(kept).update({ CpuShares: 64, CpuQuota: 50_000 });
    await container(loosened).update({ PidsLimit: 10_000 });
    await bench.docker.getNetwork(`${bench.prefix}-net-group1`).connect({ Container: connected.engineId });

    const second = await started(bench.host());
    expect(await second.list(signal)).toEqual([kept]);
    for (const ended of [loosened, connected])
      await expect(container(ended).inspect()).rejects.toThrow("no such container");
  });

  test("of another installation are left alone, also when a name is taken", async () => {
    const theirs = await started(bench.host({ installId: "theirs" }));
    const other = await theirs.launch(standInSpec("1", 1), signal);
    const ours = await started(bench.host());
    expect(await ours.list(signal)).toEqual([]);
    await ours.stop(other.sandboxId, 0, signal);
    await expect(ours.launch(standInSpec("1", 1), signal)).rejects.toMatchObject({
      code: "start_failed",
      message: expect.stringContaining("another installation"),
      hint: expect.stringContaining("docker network rm"),
    });
    // The same group under another folder: its network is free, its container's name is not.
    await expect(ours.launch({ ...standInSpec("1", 1), folder: "elsewhere" }, signal)).rejects.toMatchObject({
      code: "start_failed",
      message: expect.stringContaining(`${bench.prefix}-agent-1 belongs to another installation`),
    });
    expect(await theirs.list(signal)).toEqual([other]);
  });

  test("write to the disk no faster than they may", async ({ skip }) => {
    const device = (await engineDisk()) ?? "";
    skip(device === "", "no disk is known under the engine's volumes");
    const diskWrites = { device, bytesPerSecond: 2 * mib };
    const host = await started(bench.host({ limits: { ...testLimits, diskWrites } }));
    const running = await host.launch(standInSpec("1", 1), signal);
    await ready(host, running);
    const { HostConfig } = await bench.docker.getContainer(running.engineId).inspect();
    expect(HostConfig.BlkioDeviceWriteBps).toEqual([{ Path: device, Rate: 2 * mib }]);
    const startedAt = performance.now();
    const write = "dd if=/dev/zero of=/workspace/group/x bs=64k count=64 conv=fsync";
    expect(await bench.run(running.engineId, write.split(" "))).toMatchObject({ exitCode: 0 });
    // 4 MiB at 2 MiB/s; a few pieces may go at once.
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  });

  test("and their files can go while these are counted", async () => {
    const host = await started(bench.host());
    const running = await host.launch(standInSpec("1", 1), signal);
    await ready(host, running);
    await host.stop(running.sandboxId, 2_000, signal);
    // As a gateway leaves one that is killed before it starts it.
    const left = async (): Promise<unknown> =>
      await bench.docker.createContainer({
        name: `${bench.prefix}-count-group1`,
        Image: bench.image,
        Labels: { "praktor.install": bench.options().installId, "praktor.counts": "group1" },
      });
    await left();
    expect(await host.filesUse("group1", signal)).not.toBeNull();
    const counting = host.filesUse("group1", signal).catch(() => null);
    const counter = { name: [`${bench.prefix}-count-group1`] };
    const found = (): Promise<unknown[]> => bench.docker.listContainers({ all: true, filters: counter });
    await expect.poll(found, { timeout: 15_000, interval: 5 }).not.toEqual([]);
    await host.forget("group1", signal);
    await counting;
    expect(await host.filesUse("group1", signal)).toBeNull();
    await expect.poll(found, { timeout: 15_000, interval: 20 }).toEqual([]);

    await left();
    await started(bench.host());
    await expect.poll(found, { timeout: 15_000, interval: 20 }).toEqual([]);
  });

  test("that exceed their memory are reported so", async () => {
    const host = await started(bench.host());
    const exits: SandboxExit[] = [];
    host.onExit((exit) => exits.push(exit));
    await host.launch(standInSpec("1", 1, "hog"), signal);
    await expect.poll(() => exits.length, patient).toBe(1);
    expect(exits[0]).toMatchObject({ exitCode: null, outOfMemory: true });
  });

  test("without their image are refused with what to do", async () => {
    const host = await started(bench.host({ image: "praktor-no-such-image:latest" }));
    expect(await host.health(signal)).toMatchObject({ ok: false, detail: expect.stringContaining("make containers") });
    await expect(host.launch(standInSpec("1", 1), signal)).rejects.toMatchObject({
      code: "image_missing",
      hint: expect.stringContaining("make containers"),
    });
  });
});
