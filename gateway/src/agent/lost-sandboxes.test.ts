import { describe, expect, test } from "vitest";
import { AgentBench, idleRunner } from "./testing/agent-bench.ts";
import { ends, eventually, isAccepted } from "./testing/turn-waits.ts";

describe("a sandbox is lost", () => {
  test("with a turn that it had taken: tried again in its session, and the agent is told", async () => {
    await using bench = new AgentBench();
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    await bench.facts.handle("a", {
      type: "started",
      turnId: turn.id,
      conversationId: turn.conversationId,
      attempt: 1,
      seq: 1,
      sessionId: "session-7",
      model: "m",
    });
    bench.host.crash("a");
    await eventually(() => expect(bench.inputs).toHaveLength(2));
    expect(bench.inputs[1]).toMatchObject({ attempt: 2, interrupted: true, sessionId: "session-7" });
    expect(await bench.answer(bench.inputs[0]!)).toEqual({ status: "stale" });
    await isAccepted(bench, turn);
    expect(await bench.answer(bench.inputs[1]!)).toEqual({ status: "committed" });
  });

  test("before it had taken the turn: sent again as if nothing was", async () => {
    await using bench = new AgentBench();
    let first = true;
    bench.onInput = () => {
      if (!first) return { status: "accepted" };
      first = false;
      bench.host.crash("a");
      return bench.notAnswering();
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    expect(bench.inputs.map(({ attempt, interrupted }) => [attempt, interrupted])).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
  });

  test("between its word and our note of it: nobody else would say so", async () => {
    await using bench = new AgentBench();
    let first = true;
    bench.onInput = () => {
      if (first) bench.host.crash("a");
      first = false;
      return { status: "accepted" };
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await eventually(() => expect(bench.inputs).toHaveLength(2));
    expect(bench.inputs[1]).toMatchObject({ attempt: 2, interrupted: true });
    await isAccepted(bench, turn);
  });

  test("again and again: after the last try the person hears why, and the next message gets a sandbox", async () => {
    await using bench = new AgentBench({ maxAttempts: 2 });
    const chat = await bench.conversation("a");
    const turn = await bench.say(chat, "hello");
    await isAccepted(bench, turn);
    bench.host.crash("a", { outOfMemory: true });
    await eventually(() => expect(bench.inputs).toHaveLength(2));
    await isAccepted(bench, turn);
    bench.host.crash("a", { outOfMemory: true });
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "lost", attempt: 2 });
    expect((await bench.said("a")).at(-1)?.content).toMatch(/out of memory.*another try/);
    const next = await bench.say(chat, "again");
    await isAccepted(bench, next);
  });
});

describe("what the runner holds", () => {
  test("a turn that it should hold and does not is tried again", async () => {
    await using bench = new AgentBench();
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    bench.pool.ready("a", idleRunner);
    await eventually(() => expect(bench.inputs).toHaveLength(2));
    expect(bench.inputs[1]).toMatchObject({ attempt: 2, interrupted: true });
    expect(bench.host.launched).toHaveLength(1);
  });

  test("its older word is not believed against its newer one", async () => {
    await using bench = new AgentBench();
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    const held = { turnId: turn.id, conversationId: turn.conversationId, attempt: 1 };
    bench.onControl = () => ({ status: "ok", runner: { turns: [held], version: "1" } });
    await bench.dispatcher.reconcile("a", 1, idleRunner);
    bench.onControl = () => bench.notAnswering();
    await bench.dispatcher.reconcile("a", 1, idleRunner);
    expect(await bench.turn(turn.id)).toMatchObject({ state: "running", attempt: 1 });
  });

  test("a turn of an earlier life that never arrived is sent, and that cost it no try", async () => {
    await using bench = new AgentBench();
    await bench.pool.ensure(await bench.group("a"), AbortSignal.timeout(1000));
    const queued = await bench.receive(await bench.conversation("a"), "hello");
    const claim = { conversationId: queued.conversationId, epoch: 0, deadlineAt: bench.clock.now() + 60_000 };
    const claimed = await bench.store.turns.claim(claim);
    await bench.store.turns.assign(queued.id, 1, 1);
    if (!claimed) throw new Error("not claimed");
    await bench.dispatcher.adopt(await bench.turn(queued.id));
    bench.pool.ready("a", idleRunner);
    await eventually(() => expect(bench.inputs).toHaveLength(1));
    await isAccepted(bench, queued);
    expect(bench.inputs[0]?.interrupted).toBeUndefined();
    expect((await bench.turn(queued.id)).tries).toBe(1);
  });
});
