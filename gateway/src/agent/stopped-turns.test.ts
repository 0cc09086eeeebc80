import { describe, expect, test } from "vitest";
import type { Turn } from "../store/rows.ts";
import { AgentBench } from "./testing/agent-bench.ts";
import { ends, eventually, isAccepted } from "./testing/turn-waits.ts";

describe("stop", () => {
  test("a queued turn ends at once", async () => {
    await using bench = new AgentBench();
    const turn = await bench.receive(await bench.conversation("a"), "hello");
    await bench.dispatcher.stopTurn(turn.id);
    expect((await bench.turn(turn.id)).state).toBe("cancelled");
    bench.dispatcher.wake();
    expect(await bench.dispatcher.stopTurn(turn.id)).toBeNull();
    expect(await bench.dispatcher.stopTurn("01nothing")).toBeNull();
    expect(bench.inputs).toEqual([]);
  });

  test("one whose sandbox still starts ends at once, and is not sent when it is there", async () => {
    await using bench = new AgentBench();
    const gate = Promise.withResolvers<void>();
    bench.host.beforeLaunch = () => gate.promise;
    const chat = await bench.conversation("a");
    const turn = await bench.say(chat, "hello");
    await eventually(() => expect(bench.host.launched).toHaveLength(1));
    await bench.dispatcher.stopTurn(turn.id);
    expect((await bench.turn(turn.id)).state).toBe("cancelled");
    gate.resolve();
    await bench.say(chat, "next");
    await eventually(() => expect(bench.inputs.map(({ text }) => text)).toEqual(["next"]));
  });

  test("one that is stopped while it is asked whether it may begin is not announced", async () => {
    const answers = Promise.withResolvers<null>();
    let asked = 0;
    const refusal = (): Promise<null> => ((asked += 1), answers.promise);
    const started: string[] = [];
    const onStarted = (turn: Turn): void => void started.push(turn.id);
    await using bench = new AgentBench({ dispatcher: { refusal, onStarted } });
    const chat = await bench.conversation("a");
    const turn = await bench.say(chat, "hello");
    await eventually(() => expect(asked).toBe(1));
    await bench.dispatcher.stopTurn(turn.id);
    answers.resolve(null);
    const next = await bench.say(chat, "next");
    await eventually(() => expect(bench.inputs.map(({ text }) => text)).toEqual(["next"]));
    expect(started).toEqual([next.id]);
  });

  test("a gateway that ends does not wait for the answer whether a turn may begin, and leaves it to its next life", async () => {
    let asked = 0;
    const refusal = (): Promise<null> => ((asked += 1), new Promise(() => {}));
    await using bench = new AgentBench({ dispatcher: { refusal } });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await eventually(() => expect(asked).toBe(1));
    await bench.dispatcher[Symbol.asyncDispose]();
    expect(await bench.turn(turn.id)).toMatchObject({ state: "running", attempt: 1, error: null });
  });

  test("one whose files are still being fetched ends at once, and is not sent", async () => {
    const gate = Promise.withResolvers<void>();
    let fetching = 0;
    const fetchFiles = async (): Promise<{ files: []; note: null }> => {
      fetching += 1;
      await gate.promise;
      return { files: [], note: null };
    };
    await using bench = new AgentBench({ dispatcher: { fetchFiles } });
    const chat = await bench.conversation("a");
    const turn = await bench.say(chat, "hello");
    await eventually(() => expect(fetching).toBe(1));
    await bench.dispatcher.stopTurn(turn.id);
    gate.resolve();
    await bench.say(chat, "next");
    await eventually(() => expect(bench.inputs.map(({ text }) => text)).toEqual(["next"]));
  });

  test("one that the runner takes just then is cut there", async () => {
    await using bench = new AgentBench();
    const gate = Promise.withResolvers<{ status: string }>();
    bench.onInput = () => gate.promise;
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await eventually(() => expect(bench.inputs).toHaveLength(1));
    await bench.dispatcher.stopTurn(turn.id);
    gate.resolve({ status: "accepted" });
    const interrupt = { groupId: "a", command: { command: "interrupt", turnId: turn.id } };
    await eventually(() => expect(bench.controls).toEqual([interrupt]));
    expect((await bench.turn(turn.id)).state).toBe("cancelled");
  });

  test("a running one is cut by its runner, which says when it ended", async () => {
    await using bench = new AgentBench();
    bench.onControl = async (command) => {
      const [input] = bench.inputs;
      if (command.command !== "interrupt" || !input) return { status: "error", code: "invalid", message: "?" };
      const { turnId, conversationId, attempt } = input;
      const fact = { type: "failed", turnId, conversationId, attempt, seq: 3, code: "interrupted", content: "cut" };
      await bench.facts.handle("a", { ...fact, partialText: "I had begun." });
      return { status: "ok" };
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    await bench.dispatcher.stopTurn(turn.id);
    expect(await ends(bench, turn)).toMatchObject({ state: "cancelled", errorCode: "interrupted" });
    expect((await bench.said("a")).at(-1)?.content).toMatch(/^I had begun\.\n\n⏹/);
  });

  test("one whose runner does not answer ends all the same", async () => {
    await using bench = new AgentBench();
    bench.onControl = () => bench.notAnswering();
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    await bench.dispatcher.stopTurn(turn.id);
    expect((await ends(bench, turn)).state).toBe("cancelled");
  });

  test("one whose sandbox dies meanwhile is not tried again", async () => {
    await using bench = new AgentBench();
    const gate = Promise.withResolvers<unknown>();
    bench.onControl = () => gate.promise;
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    await bench.dispatcher.stopTurn(turn.id);
    bench.host.crash("a");
    expect((await ends(bench, turn)).state).toBe("cancelled");
    gate.resolve({ status: "ok" });
    expect(bench.inputs).toHaveLength(1);
  });
});
