import { describe, expect, test, vi } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import { hashSandboxToken } from "../kit/sandbox-token.ts";
import { AgentBench, idleRunner } from "./testing/agent-bench.ts";

const signal = AbortSignal.timeout(60_000);
const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 5_000, interval: 5 });

async function ensure(bench: AgentBench, groupId: string): Promise<string> {
  return (await bench.pool.ensure(await bench.group(groupId), signal)).sandboxId;
}

describe("starting", () => {
  test("all who ask at once get the one that is being started, with a token that opens the endpoint", async () => {
    await using bench = new AgentBench();
    const ids = await Promise.all([ensure(bench, "a"), ensure(bench, "a"), ensure(bench, "a")]);
    expect(new Set(ids).size).toBe(1);
    expect(bench.host.launched).toHaveLength(1);
    const { environment, generation } = bench.host.launched[0]!;
    expect(environment).toMatchObject({ GROUP_ID: "a", NATS_URL: "nats://gateway:4222", TZ: "Europe/Berlin" });
    const row = await bench.store.sandboxes.byTokenHash(hashSandboxToken(environment["PRAKTOR_TOKEN"] ?? ""));
    expect(row).toMatchObject({ id: ids[0], status: "running", engineId: `engine-${ids[0]}`, generation });
    expect(bench.pool.isLive("a", generation)).toBe(true);
    expect(await ensure(bench, "a")).toBe(ids[0]);
  });

  test("one that runs is brought the instructions of now, and works also when that fails", async () => {
    await using bench = new AgentBench();
    const started = await ensure(bench, "a");
    expect(bench.host.broughtInstructions).toBe(0);
    await ensure(bench, "a");
    expect(bench.host.broughtInstructions).toBe(1);
    bench.host.onInstructions = () => Promise.reject(new PraktorError("engine_unreachable", "The engine is away."));
    expect(await ensure(bench, "a")).toBe(started);
  });

  test("one who no longer wants to wait does not end the start for the others", async () => {
    await using bench = new AgentBench();
    const gate = Promise.withResolvers<void>();
    bench.host.beforeLaunch = () => gate.promise;
    const group = await bench.group("a");
    const caller = new AbortController();
    const [impatient, patient] = [bench.pool.ensure(group, caller.signal), bench.pool.ensure(group, signal)];
    caller.abort(new Error("enough"));
    await expect(impatient).rejects.toThrow("enough");
    gate.resolve();
    expect((await patient).status).toBe("running");
  });

  test("one that dies before it is ready says so, with its last word, and leaves nothing behind", async () => {
    await using bench = new AgentBench();
    bench.host.afterLaunch = ({ groupId }) => bench.host.crash(groupId, { detail: "Exit code 1." });
    bench.host.output = `starting\n{"level":50,"error":"no such model"}`;
    await expect(ensure(bench, "a")).rejects.toMatchObject({
      code: "ended_early",
      message: expect.stringMatching(/Exit code 1.*no such model/),
    });
    await eventually(() => expect(bench.pool.list()).toEqual([]));
    expect(await bench.store.sandboxes.live()).toEqual([]);
    expect(bench.placesClosed).toContain("a");
    expect(bench.revoked).toContain(bench.host.launched[0]?.sandboxId);
    expect(bench.lost).toEqual([]);
  });

  test("who asks again after such a death gets a fresh start, not the old failure", async () => {
    await using bench = new AgentBench();
    const { afterLaunch } = bench.host;
    bench.host.afterLaunch = ({ groupId }) => bench.host.crash(groupId);
    await expect(ensure(bench, "a")).rejects.toMatchObject({ code: "ended_early" });
    bench.host.afterLaunch = afterLaunch;
    await ensure(bench, "a");
    expect(bench.pool.isLive("a", 2)).toBe(true);
  });

  test("a stop while it starts leaves nothing running, however late the engine is", async () => {
    await using bench = new AgentBench();
    const gate = Promise.withResolvers<void>();
    bench.host.beforeLaunch = () => gate.promise;
    const waiting = ensure(bench, "a").then(
      () => "started",
      () => "refused",
    );
    await eventually(async () => expect(await bench.store.sandboxes.live()).toHaveLength(1));
    const stopped = bench.pool.stop("a", signal);
    gate.resolve();
    await stopped;
    expect(await waiting).toBe("refused");
    expect(bench.host.running.size).toBe(0);
    expect(await bench.store.sandboxes.live()).toEqual([]);
    expect(bench.pool.list()).toEqual([]);
  });

  test("the word of another sandbox of the group is not taken for its own", async () => {
    await using bench = new AgentBench();
    bench.host.afterLaunch = () => {};
    const waiting = ensure(bench, "a");
    await eventually(() => expect(bench.host.launched).toHaveLength(1));
    const sandboxId = bench.host.launched[0]?.sandboxId ?? "";
    expect(bench.pool.ready("a", { ...idleRunner, sandboxId: "an-older-one" })).toBe(false);
    expect(bench.pool.list()).toMatchObject([{ status: "starting" }]);
    expect(bench.pool.ready("a", { ...idleRunner, sandboxId })).toBe(true);
    expect(await waiting).toBe(sandboxId);
  });

  test("one that never becomes ready is given up at the deadline, and the next one is tried afresh", async () => {
    await using bench = new AgentBench({ pool: { startTimeoutMs: 60 } });
    const { afterLaunch } = bench.host;
    bench.host.afterLaunch = () => {};
    await expect(ensure(bench, "a")).rejects.toMatchObject({ code: "start_failed" });
    expect(bench.host.running.size).toBe(0);
    bench.host.afterLaunch = afterLaunch;
    await ensure(bench, "a");
    expect(bench.pool.isLive("a", 2)).toBe(true);
  });

  test("what the engine says comes through under its own code", async () => {
    await using bench = new AgentBench();
    bench.host.beforeLaunch = () => {
      throw new PraktorError("image_missing", "There is no image.");
    };
    await expect(ensure(bench, "a")).rejects.toMatchObject({ code: "image_missing" });
    const failed = { type: "sandbox", status: "failed", error: "There is no image." };
    await eventually(() => expect(bench.events.at(-1)).toMatchObject(failed));
  });

  test("a word from nobody that is wanted is not answered", async () => {
    await using bench = new AgentBench();
    expect(bench.pool.ready("a", idleRunner)).toBe(false);
    await ensure(bench, "a");
    const gate = Promise.withResolvers<void>();
    bench.host.beforeStop = () => gate.promise;
    const stopping = bench.pool.stop("a", signal);
    expect(bench.pool.ready("a", idleRunner)).toBe(false);
    gate.resolve();
    await stopping;
  });
});

describe("room", () => {
  test("the longest idle one gives way, never a busy one", async () => {
    const busy = new Set(["a"]);
    await using bench = new AgentBench({
      pool: { places: { chats: 3, swarms: 1 }, isBusy: (groupId) => busy.has(groupId) },
    });
    for (const groupId of ["a", "b", "c"]) {
      await ensure(bench, groupId);
      bench.clock.advance(1000);
    }
    bench.pool.touch("b");
    bench.clock.advance(1000);
    await ensure(bench, "d");
    expect(bench.pool.list().map(({ groupId }) => groupId)).toEqual(["a", "b", "d"]);
    expect(bench.lost).toEqual([]);
  });

  test("a new one waits until the old one is gone: never more than the limit run", async () => {
    await using bench = new AgentBench({ pool: { places: { chats: 1, swarms: 1 } } });
    await ensure(bench, "a");
    const gate = Promise.withResolvers<void>();
    bench.host.beforeStop = () => gate.promise;
    const next = ensure(bench, "b");
    await eventually(() => expect(bench.host.stopped).toHaveLength(1));
    expect(bench.host.launched).toHaveLength(1);
    gate.resolve();
    await next;
    expect([...bench.host.running.values()].map(({ groupId }) => groupId)).toEqual(["b"]);
  });

  test("when all are busy the limit is said", async () => {
    await using bench = new AgentBench({ pool: { places: { chats: 1, swarms: 1 }, isBusy: () => true } });
    await ensure(bench, "a");
    await expect(ensure(bench, "b")).rejects.toMatchObject({
      code: "limit_reached",
      hint: expect.stringContaining("agent.max_containers"),
    });
    expect(bench.pool.list()).toHaveLength(1);
  });

  test("members of swarms have places of their own: neither they nor the chats take the other's", async () => {
    await using bench = new AgentBench({ pool: { places: { chats: 1, swarms: 1 }, isBusy: () => true } });
    const { store } = bench;
    await ensure(bench, "a");
    await expect(ensure(bench, "b")).rejects.toMatchObject({ code: "limit_reached" });
    const member = (id: string) => ({ id, folder: id, kind: "member" as const });
    for (const id of ["m1", "m2"]) await store.groups.create({ id, name: id, folder: id });
    await bench.pool.ensure(member("m1"), signal);
    await expect(bench.pool.ensure(member("m2"), signal)).rejects.toMatchObject({
      code: "limit_reached",
      hint: expect.stringContaining("swarm.max_containers"),
    });
    expect(bench.pool.list().map(({ groupId }) => groupId)).toEqual(["a", "m1"]);
    await bench.pool.forget(member("m1"), signal);
    expect(bench.host.forgotten).toEqual(["m1"]);
    expect(bench.pool.list()).toHaveLength(1);
  });

  test("a task's own sandbox works in its group's files with a session of its own", async () => {
    await using bench = new AgentBench();
    await bench.group("a");
    const hidden = await bench.store.groups.ofTask({ id: "t", name: "T", groupId: "a" });
    await bench.pool.ensure(hidden, signal);
    expect(bench.host.launched[0]).toMatchObject({
      groupId: "task-t",
      folder: "task-t",
      environment: { GROUP_ID: "task-t" },
      mounts: { group: { groupId: "a", folder: "a", readOnly: false }, own: false, shared: null },
    });
  });

  test("what was idle for too long is stopped, what works or was just asked for is not", async () => {
    const busy = new Set(["busy"]);
    await using bench = new AgentBench({ pool: { isBusy: (groupId) => busy.has(groupId) } });
    for (const groupId of ["idle", "busy", "asked"]) await ensure(bench, groupId);
    bench.clock.advance(60_001);
    await ensure(bench, "asked");
    await bench.pool.stopIdle(signal);
    expect(bench.pool.list().map(({ groupId }) => groupId)).toEqual(["busy", "asked"]);
    await using patient = new AgentBench({ pool: { idleTimeoutMs: 0 } });
    await ensure(patient, "a");
    patient.clock.advance(10 ** 9);
    await patient.pool.stopIdle(signal);
    expect(patient.pool.list()).toHaveLength(1);
  });
});
