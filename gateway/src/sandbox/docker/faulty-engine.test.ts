/** Engines that do less than they were asked: seen, undone and said. */
import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "../../../../tests/require.ts";
import { standInSpec } from "../sandbox-host.contract.ts";
import { DockerWorkbench, engineAnswers } from "./testing/docker-workbench.ts";

const possible = requirement("docker", await engineAnswers());
const signal = new AbortController().signal;
const bench = new DockerWorkbench();

/** A real engine whose kernel, as it were, knows no limits on processes: it drops them with a warning, as Docker does. */
class WithoutProcessLimits extends Docker {
  override async createContainer(options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    return super.createContainer({ ...options, HostConfig: { ...options.HostConfig, PidsLimit: 0 } });
  }
}

/** A real engine that says of itself what another one might. */
class Saying extends Docker {
  readonly #said: object;

  constructor(said: object) {
    super();
    this.#said = said;
  }

  override async info(): Promise<unknown> {
    return { ...(await super.info()), ...this.#said };
  }
}

/** A real engine on which the image is built anew each time after it was looked at, so many times. */
class Rebuilding extends Docker {
  #left: number;

  constructor(times: number) {
    super();
    this.#left = times;
  }

  override getImage(name: string): Docker.Image {
    const image = super.getImage(name);
    const inspect = image.inspect.bind(image);
    image.inspect = async () => {
      const facts = await inspect();
      this.#left -= 1;
      return this.#left >= 0 ? { ...facts, Id: `sha256:${"0".repeat(64)}` } : facts;
    };
    return image;
  }
}

/** A real engine with room for two networks. */
class WithTwoAddressRanges extends Docker {
  override async createNetwork(options: Docker.NetworkCreateOptions): Promise<Docker.Network> {
    const networks = await this.listNetworks();
    const taken = networks.filter(({ Name }) => Name.startsWith(bench.prefix));
    if (taken.length >= 2) {
      throw new Error(
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
      );
    }
    return super.createNetwork(options);
  }
}

describe.skipIf(possible === "skip")("a faulty engine", () => {
  beforeAll(() => bench.start());
  afterEach(() => bench.clear());
  afterAll(() => bench[Symbol.asyncDispose]());

  test("that drops a limit gets no agent", async () => {
    await using host = bench.host({ docker: new WithoutProcessLimits() });
    await host.start(signal);
    await expect(host.launch(standInSpec("1", 1), signal)).rejects.toMatchObject({
      code: "policy_mismatch",
      message: expect.stringContaining("process limit"),
    });
    expect(await bench.docker.listContainers({ all: true, filters: { name: [bench.prefix] } })).toEqual([]);
  });

  test("whose image is built anew while an agent starts gets it with the new one; not again and again", async () => {
    await using once = bench.host({ docker: new Rebuilding(1) });
    const running = await once.launch(standInSpec("1", 1), signal);
    const [only, ...others] = await bench.docker.listContainers({ all: true, filters: { name: [bench.prefix] } });
    expect([only?.Id, others]).toEqual([running.engineId, []]);
    await once.stop(running.sandboxId, 0, signal);
    await using always = bench.host({ docker: new Rebuilding(9) });
    await expect(always.launch(standInSpec("1", 2), signal)).rejects.toMatchObject({
      code: "policy_mismatch",
      message: expect.stringContaining("image"),
    });
    expect(await bench.docker.listContainers({ all: true, filters: { name: [bench.prefix] } })).toEqual([]);
  });

  test.each([
    ["filters no system calls", { SecurityOptions: ["name=apparmor", "name=seccomp,profile=unconfined"] }],
    ["cannot filter them", { SecurityOptions: null }],
  ])("that %s gets no agent, and is said not to be ready", async (_, said) => {
    await using host = bench.host({ docker: new Saying(said) });
    await host.start(signal);
    await expect(host.launch(standInSpec("1", 1), signal)).rejects.toMatchObject({
      code: "not_isolated",
      hint: expect.stringContaining("daemon.json"),
    });
    expect(await host.health(signal)).toMatchObject({ ok: false, detail: expect.stringContaining("seccomp profile") });
    expect(await bench.docker.listContainers({ all: true, filters: { name: [bench.prefix] } })).toEqual([]);
  });

  test.each(["name=seccomp,profile=default", "name=seccomp,profile=builtin", "name=seccomp,profile=/etc/own.json"])(
    "is one only for what it lacks: %s is a filter",
    async (option) => {
      await using host = bench.host({ docker: new Saying({ SecurityOptions: ["name=cgroupns", option] }) });
      await host.start(signal);
      expect(await host.health(signal)).toMatchObject({ ok: true });
      expect(host.warnings).toEqual([]);
    },
  );

  test("whose own runtime is another is warned of, unless one is asked for", async () => {
    const docker = new Saying({ DefaultRuntime: "crun" });
    await using host = bench.host({ docker });
    await host.start(signal);
    expect(host.warnings).toEqual([expect.stringMatching(/with crun where nothing else is asked for/)]);
    await using asking = bench.host({ docker, runtime: "runc" });
    await asking.start(signal);
    expect(asking.warnings).toEqual([]);
    await asking.launch(standInSpec("1", 1), signal);
  });

  test("that does not know the runtime gets no agent, and is said not to be ready", async () => {
    await using host = bench.host({ runtime: "no-such-runtime" });
    await host.start(signal);
    await expect(host.launch(standInSpec("1", 1), signal)).rejects.toMatchObject({
      code: "start_failed",
      message: "The container engine knows no runtime named no-such-runtime.",
      hint: expect.stringContaining("daemon.json"),
    });
    expect(await host.health(signal)).toMatchObject({ ok: false, detail: expect.stringContaining("no-such-runtime") });
  });

  test("without room for another network loses the one that was longest unused, and never one in use", async () => {
    let now = Date.now();
    await using host = bench.host({ docker: new WithTwoAddressRanges(), clock: { now: () => now } });
    await host.start(signal);
    const prepare = (folder: string): Promise<unknown> =>
      host.prepare({ groupId: folder, folder, network: "open" }, signal);
    const folders = async (): Promise<string[]> =>
      (await bench.docker.listNetworks())
        .filter(({ Name }) => Name.startsWith(bench.prefix))
        .map(({ Name }) => Name.slice(`${bench.prefix}-net-`.length))
        .sort();
    await host.launch(standInSpec("1", 1), signal);
    now += 10_000;
    await prepare("b");
    await expect(prepare("c")).rejects.toMatchObject({ code: "network_exhausted" });
    now += 120_000;
    await prepare("c");
    expect(await folders()).toEqual(["c", "group1"]);
    now += 120_000;
    const second = await host.launch(standInSpec("2", 1), signal);
    expect(await folders()).toEqual(["group1", "group2"]);
    await expect(prepare("d")).rejects.toMatchObject({ code: "network_exhausted" });
    // One after the other, as members of a swarm come and go: nobody waits for a bridge that was given back.
    await host.stop(second.sandboxId, 0, signal);
    await expect(prepare("d")).rejects.toMatchObject({ code: "network_exhausted" });
    host.release("group2");
    await prepare("d");
    expect(await folders()).toEqual(["d", "group1"]);
    await expect(prepare("e")).rejects.toMatchObject({ code: "network_exhausted" });
  });
});
