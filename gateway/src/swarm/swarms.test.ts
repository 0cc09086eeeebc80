/** Runs over a real store; the test works in place of the members. */
import type { SwarmRunView } from "@praktor/protocol/swarm";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SwarmStore } from "../store/contract/swarm-store.ts";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { callOf, HOUR_MS } from "../store/contract-fixture.ts";
import type { Swarms } from "./swarms.ts";
import { Rehearsal, teamOf } from "./testing/rehearsal.ts";

const databases = temporaryDatabases();
const open = (): Promise<Rehearsal> => Rehearsal.open((clock) => databases.open(clock));

async function live(): Promise<{ rehearsal: Rehearsal; swarms: Swarms }> {
  const rehearsal = await open();
  return { rehearsal, swarms: databases.own(rehearsal.swarms()) };
}

async function states(swarms: Swarms, { id }: SwarmRunView): Promise<string> {
  return (await swarms.get(id)).nodes.map(({ role, state }) => `${role}: ${state}`).join(", ");
}

async function work(rehearsal: Rehearsal, swarms: Swarms, run: SwarmRunView, role: string, content = role) {
  await expect.poll(() => states(swarms, run)).toContain(`${role}: queued`);
  const turn = await rehearsal.claim(run, role);
  if (!turn) throw new Error(`${role} has nothing to do`);
  await rehearsal.answer(turn, content);
  swarms.memberChanged(turn.groupId);
}

describe("a run", () => {
  test("is named by its task, without the half of a secret where that is cut", async () => {
    const { swarms } = await live();
    const task = `${"t".repeat(50)} ghp_0123456789abcdef`;
    const run = await swarms.start({ ...teamOf(["a"]), task });
    expect(run.name).toMatch(/^t{50} \[redact.*…$/);
    expect(run.task).toBe(task);
  });

  test("goes from one to the next, and ends with the lead's answer", async () => {
    const { rehearsal, swarms } = await live();
    const run = await swarms.start(teamOf(["a", "b", "boss"], { edges: [{ from: "a", to: "b", kind: "directed" }] }));
    await expect.poll(() => states(swarms, run)).toBe("a: queued, b: waiting, boss: queued, lead: waiting");
    await work(rehearsal, swarms, run, "a", "KIWI");
    await work(rehearsal, swarms, run, "boss");
    await expect.poll(() => states(swarms, run)).toContain("b: queued");
    expect(await rehearsal.input(run, "b")).toContain("## The result of a\n\n> KIWI");
    await work(rehearsal, swarms, run, "b", "LIME");
    await work(rehearsal, swarms, run, "lead", "ALL");
    await expect.poll(async () => await swarms.get(run.id)).toMatchObject({ status: "succeeded", answer: "ALL" });
    expect(await rehearsal.input(run, "lead")).toMatch(/KIWI[\s\S]*LIME/);
    expect(rehearsal.stopped).toEqual(expect.arrayContaining(run.nodes.map(({ member_id: memberId }) => memberId)));
  });

  test("that is cancelled does not go on, whatever its members still bring", async () => {
    const { rehearsal, swarms } = await live();
    const run = await swarms.start(teamOf(["a", "b", "boss"], { lead: "boss" }));
    await expect.poll(() => states(swarms, run)).toBe("a: queued, b: queued, boss: waiting");
    const turn = await rehearsal.claim(run, "a");
    await swarms.cancel(run.id);
    expect(await states(swarms, run)).toBe("a: cancelled, b: cancelled, boss: cancelled");
    if (turn) await rehearsal.answer(turn, "late");
    swarms.touch(run.id);
    await swarms[Symbol.asyncDispose]();
    const after = databases.own(rehearsal.swarms());
    await after.resume();
    expect(await after.get(run.id)).toMatchObject({ status: "cancelled", answer: null, results: {} });
    expect(await states(after, run)).toBe("a: cancelled, b: cancelled, boss: cancelled");
    expect(await rehearsal.chat.store.turns.open()).toEqual([]);
    expect((await after.cancel(run.id)).error).toBe("It was cancelled.");
  });

  test("that is over has no step left", async () => {
    const { rehearsal, swarms } = await live();
    const run = await swarms.start(teamOf(["a"]));
    await swarms.cancel(run.id);
    const step = rehearsal.step();
    expect(await step.take(run.id)).toEqual({ type: "over" });
    expect(await step.take("unknown")).toEqual({ type: "over" });
  });

  test("is removed when it is over, with its members' places", async () => {
    const { rehearsal, swarms } = await live();
    const run = await swarms.start(teamOf(["a"]));
    await expect(swarms.remove(run.id)).rejects.toMatchObject({ code: "conflict" });
    await swarms.cancel(run.id);
    await swarms.remove(run.id);
    const [member] = run.nodes;
    expect(rehearsal.forgotten).toEqual([member?.member_id, member?.member_id.slice(0, "sw-".length + 8)]);
    await expect(swarms.get(run.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await rehearsal.chat.store.groups.all()).filter(({ kind }) => kind === "member")).toEqual([]);
  });

  test("is started once more with the same team", async () => {
    const { swarms } = await live();
    const first = await swarms.start(teamOf(["a", "b"], { limits: { tokens: 5 } }));
    const again = await swarms.replay(first.id);
    expect(again.id).not.toBe(first.id);
    expect(again).toMatchObject({ task: first.task, agents: first.agents, lead: first.lead, limits: first.limits });
  });

  test("is refused for a group, a folder or a template that is not there", async () => {
    const { swarms } = await live();
    const agents = [{ role: "a", prompt: "", group_folder: "nowhere" }];
    await expect(swarms.start({ task: "t", agents })).rejects.toThrow("no group has it");
    await expect(swarms.start(teamOf(["a"], { group_id: "nobody" }))).rejects.toMatchObject({ code: "not_found" });
    await expect(swarms.start({ task: "t", template: "none" })).rejects.toMatchObject({ code: "not_found" });
    expect(await swarms.list(5)).toEqual([]);
  });
});

describe("a limit", () => {
  test("of a member's time gives up that member, and the lead is told", async () => {
    const { rehearsal, swarms } = await live();
    const run = await swarms.start(teamOf(["a", "b", "boss"], { lead: "boss" }));
    await expect.poll(() => states(swarms, run)).toBe("a: queued, b: queued, boss: waiting");
    await rehearsal.claim(run, "a");
    swarms.touch(run.id);
    await expect.poll(() => states(swarms, run)).toContain("a: running");
    await work(rehearsal, swarms, run, "b");
    await expect.poll(() => states(swarms, run)).toContain("b: succeeded");
    rehearsal.chat.clock.advance(HOUR_MS);
    swarms.touch(run.id);
    await expect.poll(() => states(swarms, run)).toBe("a: failed, b: succeeded, boss: queued");
    expect(await rehearsal.input(run, "boss")).toContain(
      "## a brought no result\n\n> It took longer than the 60 minutes",
    );
    expect(await rehearsal.chat.store.turns.open(run.nodes[0]?.member_id)).toEqual([]);
  });

  test("of the run's time, tokens or cost ends it as failed, and what members do", async () => {
    const { rehearsal, swarms } = await live();
    const run = await swarms.start(teamOf(["a"], { limits: { tokens: 50 } }));
    await expect.poll(() => states(swarms, run)).toContain("a: queued");
    const memberId = run.nodes[0]?.member_id ?? "";
    await rehearsal.chat.store.usage.record(callOf({ groupId: memberId, swarmId: run.id, inputTokens: 100 }));
    swarms.memberChanged(memberId);
    await expect
      .poll(async () => await swarms.get(run.id))
      .toMatchObject({ status: "failed", error: expect.stringContaining("50 tokens") });
    await expect.poll(async () => await rehearsal.chat.store.turns.open(memberId)).toEqual([]);
    const long = await swarms.start(teamOf(["a"]));
    rehearsal.chat.clock.advance(2 * HOUR_MS);
    swarms.touch(long.id);
    await expect.poll(async () => (await swarms.get(long.id)).error).toContain("2 hours");
  });
});

describe("a run that is cut, again and again", () => {
  const team = teamOf(["a", "b", "c", "d", "boss"], {
    lead: "boss",
    edges: [
      { from: "a", to: "c", kind: "directed" },
      { from: "b", to: "d", kind: "mutual" },
      { from: "c", to: "d", kind: "directed" },
    ],
  });

  /** Each step is a life of its own; `kills` says after how many calls of the store it dies, and whether the last one was committed. */
  async function play(kills: readonly { calls: number; committed: boolean }[]): Promise<SwarmRunView> {
    const rehearsal = await open();
    const started = rehearsal.swarms();
    const run = await started.start(team);
    await started[Symbol.asyncDispose]();
    for (let life = 0; life < 200; life += 1) {
      const kill = kills[life];
      const { swarms } = rehearsal.chat.store;
      const one = rehearsal.swarms(kill ? mortal(swarms, kill) : swarms);
      await one.resume().catch(() => {});
      await one[Symbol.asyncDispose]();
      const shown = await started.get(run.id);
      if (shown.status !== "running") return shown;
      for (const { role } of shown.nodes) {
        const turn = await rehearsal.claim(shown, role);
        if (!turn) continue;
        const input = await rehearsal.input(shown, role);
        if (role === "b" && turn.attempt === 1) {
          const words = { runId: run.id, sender: "b", to: "d", content: "PEAR", key: "k", most: 9 };
          for (const again of ["one", "two"]) await swarms.say({ ...words, turnIds: () => `${turn.id}-${again}` });
        }
        await rehearsal.answer(
          turn,
          `${role}(${[...input.matchAll(/result of \w+\n\n(.+)|(PEAR)/g)].map(([, one, two]) => one ?? two).join()})`,
        );
        break;
      }
    }
    throw new Error("it does not come to an end");
  }

  test("ends as the undisturbed one: no result twice, no message twice", { timeout: 60_000 }, async () => {
    const peaceful = await play([]);
    expect(peaceful.status).toBe("succeeded");
    const outcome = ({ status, results, answer, nodes }: SwarmRunView) => ({
      status,
      results,
      answer,
      turns: nodes.map(({ turns }) => turns),
    });
    const kill = fc.record({ calls: fc.nat({ max: 14 }), committed: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(kill, { minLength: 5, maxLength: 25 }), async (kills) => {
        expect(outcome(await play(kills))).toEqual(outcome(peaceful));
      }),
      { numRuns: process.env["PRAKTOR_LONG"] === "1" ? 100 : 6, interruptAfterTimeLimit: 40_000 },
    );
  });
});

/** Rejects for ever after some calls, as a killed process would never come back. */
function mortal(store: SwarmStore, kill: { calls: number; committed: boolean }): SwarmStore {
  let left = kill.calls;
  return new Proxy(store, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...values: unknown[]): Promise<unknown> => {
        left -= 1;
        if (left > 0) return await Reflect.apply(method, target, values);
        if (left === 0 && kill.committed) await Reflect.apply(method, target, values);
        throw new Error("killed");
      };
    },
  });
}
