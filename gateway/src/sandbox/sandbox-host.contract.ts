/** What every kind of sandbox must do, proved against the real thing. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunningSandbox, SandboxExit, SandboxHost, SandboxSpec } from "./sandbox.ts";

export interface SandboxHarness extends AsyncDisposable {
  host: SandboxHost;
  /** Ends it from outside, as `docker kill` or `kill -9` would. */
  kill(running: RunningSandbox): Promise<void>;
}

/** `STAND_IN` orders of the stand-in runner. */
type Order = "stubborn" | "fail" | "busy" | "fills" | "fills,closes";

const signal = new AbortController().signal;
const patient = { timeout: 15_000, interval: 20 };

/** `makeHarness` gives a started host whose sandboxes run `stand-in-runner.mjs`, alone with its groups' data. */
export function sandboxHostContract(
  kind: string,
  possible: "run" | "skip",
  makeHarness: () => Promise<SandboxHarness>,
): void {
  describe.skipIf(possible === "skip")(`sandbox host: ${kind}`, () => {
    let harness: SandboxHarness;
    let host: SandboxHost;
    let exits: SandboxExit[];

    beforeEach(async () => {
      harness = await makeHarness();
      host = harness.host;
      exits = [];
      host.onExit((exit) => exits.push(exit));
    });
    afterEach(async () => {
      await harness[Symbol.asyncDispose]();
    });

    const launch = async (groupId: string, generation: number, order?: Order): Promise<RunningSandbox> => {
      const spec = standInSpec(groupId, generation, order);
      await host.prepare(spec, signal);
      return host.launch(spec, signal);
    };
    const printed = async (running: RunningSandbox, text: string): Promise<void> => {
      await expect.poll(() => host.tail(running.sandboxId, 50, signal), patient).toContain(text);
    };

    test("is healthy and names a place to listen and to be reached", async () => {
      expect(await host.health(signal)).toMatchObject({ ok: true });
      const place = await host.prepare({ groupId: "1", folder: "one", network: "open" }, signal);
      expect(place.listenHost).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(await host.prepare({ groupId: "1", folder: "one", network: "open" }, signal)).toEqual(place);
    });

    test("starts the runner with the environment that was asked for, and nothing of the gateway's", async () => {
      process.env["PRAKTOR_SECRET_OF_THE_GATEWAY"] = "canary-7261";
      const running = await launch("-100", 1);
      delete process.env["PRAKTOR_SECRET_OF_THE_GATEWAY"];
      await printed(running, "ready");
      const output = await host.tail(running.sandboxId, 50, signal);
      expect(running).toMatchObject({ groupId: "-100", sandboxId: "sb--100-1", generation: 1 });
      expect(environmentIn(output)).toMatchObject({ GROUP_ID: "-100", GREETING: "hello, world", TZ: "Europe/Athens" });
      const paths = ["HOME", "CLAUDE_CONFIG_DIR", "PRAKTOR_WORKSPACE", "PRAKTOR_GLOBAL", "NATS_CREDS", "PATH"];
      expect(paths.filter((name) => environmentIn(output)[name]?.startsWith("/") !== true)).toEqual([]);
      expect(output).not.toContain("canary-7261");
    });

    test("keeps the workspace over restarts", async () => {
      const first = await launch("1", 1);
      await printed(first, "starts 1");
      await host.stop(first.sandboxId, 2_000, signal);
      const second = await launch("1", 2);
      await printed(second, "starts 2");
      expect(await host.list(signal)).toEqual([second]);
    });

    test("stops by asking first, reports the end once, and may be told twice", async () => {
      const running = await launch("1", 1);
      await printed(running, "ready");
      await Promise.all([host.stop(running.sandboxId, 5_000, signal), host.stop(running.sandboxId, 5_000, signal)]);
      await host.stop(running.sandboxId, 5_000, signal);
      await host.stop("never-was", 5_000, signal);
      await expect.poll(() => exits.length, patient).toBe(1);
      expect(exits[0]).toMatchObject({ groupId: "1", sandboxId: running.sandboxId, exitCode: 0, outOfMemory: false });
      expect(await host.tail(running.sandboxId, 1, signal)).toBe("asked to end");
      expect(await host.list(signal)).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(exits).toHaveLength(1);
    });

    test("kills what does not want to end", async () => {
      const running = await launch("1", 1, "stubborn");
      await printed(running, "ready");
      const before = performance.now();
      await host.stop(running.sandboxId, 1_000, signal);
      expect(performance.now() - before).toBeGreaterThan(900);
      await expect.poll(() => exits.length, patient).toBe(1);
      expect(await host.list(signal)).toEqual([]);
    });

    test("reports a sandbox that was killed from outside, once", async () => {
      const running = await launch("1", 1);
      await printed(running, "ready");
      await harness.kill(running);
      await expect.poll(() => exits.length, patient).toBe(1);
      expect(exits[0]).toMatchObject({ sandboxId: running.sandboxId, exitCode: null, outOfMemory: false });
      expect(exits[0]?.detail).toMatch(/\.$/);
      expect(await host.list(signal)).toEqual([]);
    });

    test("can be started anew the moment its end is known", async () => {
      const first = await launch("1", 1);
      const again = Promise.withResolvers<RunningSandbox>();
      host.onExit((exit) => {
        if (exit.sandboxId === first.sandboxId) again.resolve(launch("1", 2));
      });
      await harness.kill(first);
      const second = await again.promise;
      expect(await host.list(signal)).toEqual([second]);
    });

    test("reports a runner that fails, with what it printed last", async () => {
      const running = await launch("1", 1, "fail");
      await expect.poll(() => exits.length, patient).toBe(1);
      expect(exits[0]).toMatchObject({ sandboxId: running.sandboxId, exitCode: 3 });
      expect(await host.tail(running.sandboxId, 5, signal)).toContain("cannot go on");
      expect((await host.tail(running.sandboxId, 2, signal)).split("\n")).toHaveLength(2);
    });

    test("replaces the older generation of the same group", async () => {
      const older = await launch("1", 1);
      const newer = await launch("1", 2);
      expect(await host.list(signal)).toEqual([newer]);
      await expect.poll(() => exits.map((exit) => exit.sandboxId), patient).toEqual([older.sandboxId]);
      await printed(newer, "ready");
    });

    test("serves two groups at once, and neither waits for the other's end", async () => {
      const [one, two] = await Promise.all([launch("1", 1, "stubborn"), launch("2", 1)]);
      await Promise.all([printed(one, "ready"), printed(two, "ready")]);
      const byGroup = (sandboxes: RunningSandbox[]): string[] => sandboxes.map((sandbox) => sandbox.groupId).sort();
      expect(byGroup(await host.list(signal))).toEqual(["1", "2"]);
      let ended = false;
      const slow = host.stop(one.sandboxId, 2_000, signal).then(() => (ended = true));
      const newer = await launch("2", 2);
      expect(ended).toBe(false);
      await slow;
      await printed(newer, "ready");
      expect(byGroup(await host.list(signal))).toEqual(["2"]);
    });

    test("shows what it prints while it prints it, from its last lines on, until it ends", async () => {
      const running = await launch("1", 1);
      for (const text of ["environment {", "uid ", "ready"]) await printed(running, text);
      let seen = "";
      const followed = host.follow(running.sandboxId, 2, (text) => (seen += text), signal);
      // Which two: between its streams the order is not kept.
      await expect.poll(() => seen.trim().split("\n").length, patient).toBe(2);
      await host.stop(running.sandboxId, 5_000, signal);
      await followed;
      expect(seen).toContain("asked to end");
      await host.follow("never-was", 2, () => {}, signal);
    });

    test("no longer shows it to who has gone", async () => {
      const running = await launch("1", 1);
      const gone = new AbortController();
      const followed = host.follow(running.sandboxId, 2, () => {}, gone.signal);
      gone.abort(new Error("gone"));
      await expect(followed).rejects.toThrow("gone");
    });

    test("counts processor time and memory of what runs", async () => {
      const running = await launch("1", 1, "busy");
      await printed(running, "ready");
      const first = await host.load(running.sandboxId, signal);
      expect(first?.memoryBytes).toBeGreaterThan(10 * 1024 * 1024);
      await expect
        .poll(async () => (await host.load(running.sandboxId, signal))?.cpuMs ?? 0, patient)
        .toBeGreaterThan((first?.cpuMs ?? 0) + 50);
      await host.stop(running.sandboxId, 2_000, signal);
      expect(await host.load(running.sandboxId, signal)).toBeNull();
    });

    test("counts what a folder's files take, while its sandbox runs and while it does not", async () => {
      expect(await host.filesUse("group1", signal)).toBeNull();
      // An agent that runs as this process's user can close files to it too.
      const running = await launch("1", 1, kind === "docker" ? "fills,closes" : "fills");
      await printed(running, "ready");
      const filled = 3 * 1024 * 1024;
      expect(await host.filesUse("group1", signal)).toMatchObject({
        largest: [{ name: "films" }, { name: "starts" }],
      });
      await host.stop(running.sandboxId, 2_000, signal);
      const use = await host.filesUse("group1", signal);
      expect(use?.bytes).toBeGreaterThanOrEqual(filled);
      expect(use?.bytes).toBeLessThan(2 * filled);
    });

    test("members share what they are to share, read another group's files, and are forgotten with their own", async () => {
      const owner = await launch("1", 1);
      await printed(owner, "ready");
      const member = (groupId: string, read: string, generation = 1): SandboxSpec => {
        const spec = standInSpec(groupId, generation);
        return {
          ...spec,
          environment: { ...spec.environment, STAND_IN_READ: read },
          mounts: { group: { groupId: "1", folder: "group1", readOnly: true }, own: true, shared: "sw-shared" },
        };
      };
      const start = async (spec: SandboxSpec): Promise<RunningSandbox> => {
        await host.prepare(spec, signal);
        const running = await host.launch(spec, signal);
        await printed(running, "ready");
        return running;
      };
      const first = await start(member("m1", "group:starts"));
      await printed(first, "starts 1");
      await printed(first, "read 1");
      if (!host.warnings.join().includes("plain processes")) await printed(first, "only to read");
      const second = await start(member("m2", "swarm:of-m1"));
      await printed(second, "starts 1");
      await printed(second, "read hello from m1");
      for (const running of [owner, first, second]) await host.stop(running.sandboxId, 2_000, signal);
      for (const folder of ["groupm1", "groupm2", "sw-shared", "never-was"]) await host.forget(folder, signal);
      const anew = await start(member("m2", "swarm:of-m1", 2));
      await printed(anew, "starts 1");
      await printed(anew, "read nothing");
      const again = await launch("1", 2);
      await printed(again, "starts 2");
      expect((await host.list(signal)).map(({ groupId }) => groupId).toSorted()).toEqual(["1", "m2"]);
    });

    test("refuses a folder that would lead elsewhere", async () => {
      for (const folder of ["../other", "global", "", ".hidden"]) {
        await expect(host.prepare({ groupId: "1", folder, network: "open" }, signal)).rejects.toMatchObject({
          code: "start_failed",
        });
      }
    });
  });
}

export function standInSpec(groupId: string, generation: number, order = ""): SandboxSpec {
  return {
    groupId,
    folder: `group${groupId}`,
    network: "open",
    sandboxId: `sb-${groupId}-${generation}`,
    generation,
    environment: { GROUP_ID: groupId, GREETING: "hello, world", TZ: "Europe/Athens", STAND_IN: order },
  };
}

function environmentIn(output: string): Record<string, string> {
  const line = output.split("\n").find((line) => line.startsWith("environment ")) ?? "environment {}";
  return JSON.parse(line.slice("environment ".length)) as Record<string, string>;
}
