import { describe, expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import { AgentBench } from "./testing/agent-bench.ts";
import { ends, eventually, isAccepted } from "./testing/turn-waits.ts";

describe.concurrent("the store refuses", () => {
  test("to say what is next: it is asked again", async () => {
    await using bench = new AgentBench();
    const { turns } = bench.store;
    const runnable = turns.runnable.bind(turns);
    let refusals = 1;
    turns.runnable = async () => {
      if (refusals-- > 0) throw new PraktorError("store_full", "The disk is full.");
      return await runnable();
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    expect(refusals).toBeLessThan(0);
  });

  test("to take a turn's end: it is offered until it is taken", async () => {
    await using bench = new AgentBench({ dispatcher: { obstacle: () => ({ code: "no_credential", detail: "none" }) } });
    const { turns } = bench.store;
    const end = turns.end.bind(turns);
    let refusals = 1;
    turns.end = async (change) => {
      if (refusals-- > 0) throw new PraktorError("store_full", "The disk is full.");
      return await end(change);
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect((await ends(bench, turn)).errorCode).toBe("no_credential");
  });
});

describe.concurrent("the store is full", () => {
  test("when a turn is given to its sandbox: the turn waits and is given once", async () => {
    await using bench = new AgentBench();
    const { turns } = bench.store;
    const assign = turns.assign.bind(turns);
    let refusals = 1;
    turns.assign = async (...args) => {
      if (refusals-- > 0) throw new PraktorError("store_full", "The disk is full.");
      return await assign(...args);
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await eventually(async () =>
      expect(await bench.turn(turn.id)).toMatchObject({ state: "queued", attempt: 1, tries: 0 }),
    );
    bench.clock.advance(10_000);
    bench.dispatcher.wake();
    await isAccepted(bench, turn);
    expect(await bench.turn(turn.id)).toMatchObject({ tries: 1, errorCode: null });
    expect(bench.inputs).toHaveLength(1);
  });

  test("when the runner has accepted: only the note of it waits", async () => {
    await using bench = new AgentBench();
    const { turns } = bench.store;
    const accepted = turns.accepted.bind(turns);
    let refusals = 1;
    turns.accepted = async (...args) => {
      if (refusals-- > 0) throw new PraktorError("store_full", "The disk is full.");
      return await accepted(...args);
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    expect((await bench.turn(turn.id)).tries).toBe(1);
    expect(bench.inputs).toHaveLength(1);
  });
});
