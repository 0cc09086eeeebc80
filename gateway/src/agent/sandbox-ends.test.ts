/** How sandboxes of the pool end, and how the next life takes over those that still run. */
import { describe, expect, test, vi } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import { AgentBench, idleRunner } from "./testing/agent-bench.ts";
import { MemorySandboxHost } from "./testing/memory-sandbox-host.ts";

const signal = AbortSignal.timeout(60_000);
const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 5_000, interval: 5 });

async function ensure(bench: AgentBench, groupId: string): Promise<string> {
  return (await bench.pool.ensure(await bench.group(groupId), signal)).sandboxId;
}

describe("ending", () => {
  test("a stopped one loses its credential and its place, after it is gone", async () => {
    await using bench = new AgentBench();
    const id = await ensure(bench, "a");
    bench.host.beforeStop = () => expect(bench.revoked).toEqual([]);
    expect(await bench.pool.stop("a", signal)).toBe(true);
    expect(bench.revoked).toEqual([id]);
    expect(bench.placesClosed).toEqual(["a"]);
    expect(bench.host.released).toHaveLength(1);
    expect((await bench.store.sandboxes.get(id))?.status).toBe("stopped");
    expect(await bench.pool.stop("a", signal)).toBe(false);
    expect(bench.lost).toEqual([]);
  });

  test("its credential is taken back only when its row says that it stopped, and also when the stop fails", async () => {
    const statuses: (string | undefined)[] = [];
    await using bench: AgentBench = new AgentBench({
      pool: { revoke: (id) => void bench.store.sandboxes.get(id).then((row) => statuses.push(row?.status)) },
    });
    await ensure(bench, "a");
    await bench.pool.stop("a", signal);
    await eventually(() => expect(statuses).toEqual(["stopped"]));
    const id = await ensure(bench, "a");
    bench.host.beforeStop = () => {
      throw new PraktorError("engine_unreachable", "The engine does not answer.");
    };
    await bench.pool.stop("a", signal);
    await eventually(() => expect(statuses).toHaveLength(2));
    // It may still run: whoever looks at what runs ends it for good.
    bench.host.beforeStop = () => {};
    await bench.reconciler.reconcile(signal);
    expect(bench.host.running.size).toBe(0);
    expect((await bench.store.sandboxes.get(id))?.status).toBe("stopped");
  });

  test("who asks while one is being stopped gets the next", async () => {
    await using bench = new AgentBench();
    const first = await ensure(bench, "a");
    const gate = Promise.withResolvers<void>();
    bench.host.beforeStop = () => gate.promise;
    const stopping = bench.pool.stop("a", signal);
    const next = ensure(bench, "a");
    gate.resolve();
    await stopping;
    expect(await next).not.toBe(first);
  });

  test("one that dies is said to be lost, once; out of memory is called by its name", async () => {
    await using bench = new AgentBench();
    await ensure(bench, "a");
    bench.host.crash("a", { outOfMemory: true });
    await eventually(() => expect(bench.lost).toEqual(["a/1 It was out of memory."]));
    expect(bench.pool.isLive("a", 1)).toBe(false);
    expect((await bench.store.sandboxes.live()).length).toBe(0);
    expect(bench.events.at(-1)).toMatchObject({ status: "stopped", error: "It was out of memory." });
  });

  test("one that is given up is ended as if it had died, and no later one in its place", async () => {
    await using bench = new AgentBench();
    const id = await ensure(bench, "a");
    await bench.pool.giveUp("a", 7, "wrong generation");
    expect(bench.host.stopped).toEqual([]);
    await bench.pool.giveUp("a", 1, "silent");
    expect(bench.host.stopped).toEqual([id]);
    await eventually(() => expect(bench.lost).toEqual(["a/1 silent"]));
  });

  test("an exit that was missed is found, and what nobody knows is stopped", async () => {
    await using bench = new AgentBench();
    await ensure(bench, "a");
    await ensure(bench, "b");
    bench.host.vanish("a");
    const stranger = { groupId: "z", sandboxId: "stranger", generation: 1, engineId: "e", startedAt: 0 };
    bench.host.running.set("stranger", stranger);
    await bench.reconciler.reconcile(signal);
    await eventually(() => expect(bench.lost).toEqual(["a/1 It was found gone."]));
    expect([...bench.host.running.values()].map(({ groupId }) => groupId)).toEqual(["b"]);
  });
});

describe("taking over", () => {
  /** A pool of a next life on the same store and engine, whose runners are silent until they are told. */
  async function nextLife(bench: AgentBench, change: { startTimeoutMs?: number } = {}): Promise<AgentBench> {
    const next = new AgentBench({ store: bench.store, host: bench.host, pool: change });
    bench.host.afterLaunch = () => {};
    const groups = new Map((await bench.store.groups.list()).map((group) => [group.id, group]));
    await next.reconciler.adopt(groups, signal);
    return next;
  }

  test("a runner whose connection outlived the gateway is asked, for it announces nothing", async () => {
    await using bench = new AgentBench();
    const kept = await ensure(bench, "a");
    bench.host.afterLaunch = () => {};
    const askRunner = () => Promise.resolve({ ...idleRunner, sandboxId: kept });
    await using next = new AgentBench({ store: bench.store, host: bench.host, pool: { askRunner } });
    await next.reconciler.adopt(new Map([["a", await bench.group("a")]]), signal);
    await eventually(() => expect(next.pool.isLive("a", 1)).toBe(true));
  });

  test("what still runs is adopted, what is gone is noted, what nobody knows is stopped", async () => {
    await using bench = new AgentBench();
    const [kept, gone] = [await ensure(bench, "a"), await ensure(bench, "b")];
    bench.host.vanish("b");
    bench.host.running.set("stranger", {
      groupId: "a",
      sandboxId: "stranger",
      generation: 9,
      engineId: "e",
      startedAt: 0,
    });
    await using next = await nextLife(bench);
    expect(next.pool.list()).toMatchObject([{ groupId: "a", sandboxId: kept, generation: 1, status: "starting" }]);
    expect(bench.host.stopped).toEqual(["stranger"]);
    expect((await bench.store.sandboxes.get(gone))?.status).toBe("stopped");
    const waiting = ensure(next, "a");
    expect(next.pool.ready("a", idleRunner)).toBe(true);
    expect(await waiting).toBe(kept);
    expect(bench.host.launched).toHaveLength(2);
  });

  test("one that may not go on is ended before its word counts, and the others are adopted", async () => {
    await using bench = new AgentBench();
    const [kept, refused] = [await ensure(bench, "a"), await ensure(bench, "b")];
    await using next = new AgentBench({ store: bench.store, host: bench.host });
    bench.host.afterLaunch = () => {};
    const atItsStop: (string | undefined)[] = [];
    bench.host.beforeStop = async (id) => void atItsStop.push((await bench.store.sandboxes.get(id))?.status);
    const groups = new Map((await bench.store.groups.list()).map((group) => [group.id, group]));
    await next.reconciler.adopt(groups, signal, ({ id }) => Promise.resolve(id === refused ? "not this one" : null));
    expect(next.pool.list().map(({ sandboxId }) => sandboxId)).toEqual([kept]);
    expect([...bench.host.running.keys()]).toEqual([kept]);
    expect(atItsStop[0]).toBe("stopped");
    expect(new Set(next.revoked)).toEqual(new Set([refused]));
    expect(await bench.store.sandboxes.get(refused)).toMatchObject({ status: "stopped", error: "not this one" });
  });

  test("one that never says a word is ended, its turns are lost, and whoever waits hears it", async () => {
    await using bench = new AgentBench();
    const id = await ensure(bench, "a");
    await using next = await nextLife(bench, { startTimeoutMs: 60 });
    await expect(ensure(next, "a")).rejects.toMatchObject({ code: "start_failed" });
    await eventually(() => expect(next.lost).toHaveLength(1));
    expect(next.lost[0]).toMatch(/^a\/1 /);
    expect(bench.host.stopped).toContain(id);
    expect(next.pool.list()).toEqual([]);
  });

  test("one that dies while it is being adopted is lost as well", async () => {
    await using bench = new AgentBench();
    await ensure(bench, "a");
    await using next = await nextLife(bench);
    bench.host.crash("a");
    await eventually(() => expect(next.lost).toHaveLength(1));
    expect(next.pool.list()).toEqual([]);
  });

  test("the container of a group that is no more is stopped", async () => {
    const host = new MemorySandboxHost();
    await using bench = new AgentBench({ host });
    const id = await ensure(bench, "a");
    await using next = new AgentBench({ store: bench.store, host });
    await next.reconciler.adopt(new Map(), signal);
    expect(host.stopped).toContain(id);
    expect((await bench.store.sandboxes.get(id))?.status).toBe("stopped");
  });
});
