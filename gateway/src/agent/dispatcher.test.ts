import { describe, expect, test, vi } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Turn } from "../store/rows.ts";
import type { Refusal } from "./dispatcher.ts";
import { AgentBench, idleRunner } from "./testing/agent-bench.ts";

const wait = { timeout: 5_000, interval: 5 };
const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, wait);

async function ends(bench: AgentBench, turn: Turn): Promise<Turn> {
  return await vi.waitFor(async () => {
    const now = await bench.turn(turn.id);
    expect(now.finishedAt).not.toBeNull();
    return now;
  }, wait);
}

async function isAccepted(bench: AgentBench, turn: Turn): Promise<void> {
  await eventually(() => expect(bench.running.get(turn.id)?.dispatching).toBe(false));
}

describe("order", () => {
  test("a conversation's turns run one after the other, in the order in which they came", async () => {
    await using bench = new AgentBench();
    const chat = await bench.conversation("a");
    const first = await bench.say(chat, "first");
    await isAccepted(bench, first);
    const second = await bench.say(chat, "second");
    await eventually(() => expect(bench.inputs).toHaveLength(1));
    expect((await bench.turn(second.id)).state).toBe("queued");
    await bench.answer(bench.inputs[0]!);
    await eventually(() => expect(bench.inputs.map(({ text }) => text)).toEqual(["first", "second"]));
    expect(bench.inputs[1]?.sessionId).toBe("session-1");
    expect((await ends(bench, first)).state).toBe("succeeded");
  });

  test("conversations of a group run side by side, up to the limit", async () => {
    await using bench = new AgentBench({ dispatcher: { maxConversations: 2 } });
    const talks = await Promise.all(["1", "2", "3"].map((n) => bench.conversation("a", `topic-${n}`)));
    for (const talk of talks) await bench.say(talk, talk.title);
    await eventually(() => expect(bench.inputs).toHaveLength(2));
    await eventually(() => expect(bench.running.of("a").every(({ dispatching }) => !dispatching)).toBe(true));
    expect(bench.inputs.map(({ text }) => text)).toEqual(["topic-1", "topic-2"]);
    expect(bench.host.launched).toHaveLength(1);
    await bench.answer(bench.inputs[0]!);
    await eventually(() => expect(bench.inputs[2]?.text).toBe("topic-3"));
  });

  test("a turn that was claimed as it was stored runs, and its place counts from before", async () => {
    await using bench = new AgentBench({ dispatcher: { maxConversations: 2 } });
    const [one, two, three] = await Promise.all(["1", "2", "3"].map((n) => bench.conversation("a", `topic-${n}`)));
    const place = bench.dispatcher.reserve("a");
    await bench.say(two!, "two");
    await bench.say(three!, "three");
    await eventually(() => expect(bench.inputs.map(({ text }) => text)).toEqual(["two"]));
    expect(bench.dispatcher.reserve("a")).toBeNull();
    const outcome = await bench.store.inbox.receive({
      source: "telegram",
      updateId: 100,
      message: { conversationId: one!.id, sender: "user:1", content: "one" },
      ...(place ? { claim: place.claim } : {}),
    });
    place?.settle(outcome.type === "received" ? (outcome.received?.turn ?? null) : null);
    await eventually(() => expect(bench.inputs.map(({ text }) => text)).toEqual(["two", "one"]));
    await bench.answer(bench.inputs[1]!);
    await eventually(() => expect(bench.inputs[2]?.text).toBe("three"));
  });

  test("a turn for a sandbox that runs is claimed with it; where that has gone meanwhile, the next one is noted", async () => {
    await using bench = new AgentBench();
    const conversation = await bench.conversation("a");
    await bench.pool.ensure(await bench.group("a"), AbortSignal.timeout(1000));
    const assign = vi.spyOn(bench.store.turns, "assign");
    const first = await bench.say(conversation, "first");
    await isAccepted(bench, first);
    expect(await bench.turn(first.id)).toMatchObject({ sandboxGeneration: 1 });
    expect(assign).not.toHaveBeenCalled();
    await bench.answer(bench.inputs[0]!);

    const place = bench.dispatcher.reserve("a")!;
    const outcome = await bench.store.inbox.receive({
      source: "telegram",
      updateId: 100,
      message: { conversationId: conversation.id, sender: "user:1", content: "second" },
      claim: place.claim,
    });
    const second = outcome.type === "received" ? outcome.received!.turn : null;
    expect(second).toMatchObject({ state: "running", sandboxGeneration: 1 });
    await bench.pool.stop("a", AbortSignal.timeout(1000));
    place.settle(second);
    await isAccepted(bench, second!);
    expect(await bench.turn(second!.id)).toMatchObject({ sandboxGeneration: 2, attempt: 1 });
  });

  test("a place that is given back unused is free again", async () => {
    await using bench = new AgentBench({ dispatcher: { maxConversations: 1 } });
    const place = bench.dispatcher.reserve("a");
    await bench.say(await bench.conversation("a"), "waits");
    expect(bench.dispatcher.reserve("a")).toBeNull();
    place?.settle(null);
    await eventually(() => expect(bench.inputs).toHaveLength(1));
  });

  test("a group that waits for its sandbox does not hold up another", async () => {
    await using bench = new AgentBench();
    const gate = Promise.withResolvers<void>();
    bench.host.beforeLaunch = ({ groupId }) => (groupId === "slow" ? gate.promise : undefined);
    await bench.say(await bench.conversation("slow"), "slow");
    await bench.say(await bench.conversation("fast"), "fast");
    await eventually(() => expect(bench.inputs.map(({ text }) => text)).toEqual(["fast"]));
    gate.resolve();
    await eventually(() => expect(bench.inputs).toHaveLength(2));
  });

  test("no message is overheard, whenever it comes", async () => {
    await using bench = new AgentBench({ dispatcher: { maxConversations: 100 } });
    const talks = await Promise.all(Array.from({ length: 40 }, (_, n) => bench.conversation("a", `topic-${n}`)));
    await Promise.all(
      talks.map(async (talk, n) => {
        for (let step = 0; step < n; step += 1) await Promise.resolve();
        await bench.say(talk, talk.title);
      }),
    );
    await eventually(() => expect(bench.inputs).toHaveLength(40));
  });

  test("a wake-up while it looks at the time is heard", async () => {
    await using bench = new AgentBench();
    const chat = await bench.conversation("a");
    const { turns } = bench.store;
    const nextWakeUp = turns.nextWakeUp.bind(turns);
    let said = false;
    turns.nextWakeUp = async () => {
      const at = await nextWakeUp();
      if (!said) {
        said = true;
        await bench.say(chat, "just now");
      }
      return at;
    };
    bench.dispatcher.wake();
    await eventually(() => expect(bench.inputs).toHaveLength(1));
  });
});

describe.concurrent("what the runner says", () => {
  test("the turn is told all that it needs", async () => {
    await using bench = new AgentBench({ dispatcher: { defaultModel: "claude-x", maxTurns: 7 } });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    expect(bench.inputs).toEqual([
      {
        turnId: turn.id,
        conversationId: turn.conversationId,
        groupID: "a",
        attempt: 1,
        text: "hello",
        sender: "user:1",
        maxTurns: 7,
        chat_id: "1",
        model: "claude-x",
      },
    ]);
    const stored = await bench.turn(turn.id);
    expect(stored).toMatchObject({ state: "running", sandboxGeneration: 1, leaseEpoch: 1 });
    expect(stored.acceptedAt).not.toBeNull();
  });

  test("busy: the turn is put back, uncounted, and comes again", async () => {
    await using bench = new AgentBench();
    bench.onInput = () => ({ status: "refused", code: "busy", message: "busy" });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    const putBack = { state: "queued", attempt: 1, tries: 0, notBefore: bench.clock.now() + 1000 };
    await eventually(async () => expect(await bench.turn(turn.id)).toMatchObject(putBack));
    bench.onInput = () => ({ status: "duplicate" });
    bench.clock.advance(1000);
    bench.dispatcher.wake();
    await isAccepted(bench, turn);
    expect(bench.inputs.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test("invalid: the person hears that nothing was done", async () => {
    await using bench = new AgentBench();
    bench.onInput = () => ({ status: "refused", code: "invalid", message: "text is missing" });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "start_failed" });
    expect((await bench.said("a")).at(-1)?.content).toMatch(/nothing was done.*text is missing.*Send your message/);
    expect(bench.inputs).toHaveLength(1);
  });

  test("too large for the bus: explained, and the sandbox is not to blame", async () => {
    await using bench = new AgentBench();
    bench.onInput = () => {
      throw new PraktorError("payload_too_large", "The message is larger than NATS allows.");
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "start_failed" });
    expect(bench.host.stopped).toEqual([]);
  });

  test("nothing at all, from one sandbox after the other: it is replaced, and at last that is explained", async () => {
    await using bench = new AgentBench({ maxAttempts: 2 });
    bench.onInput = () => bench.notAnswering();
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "start_failed", attempt: 2 });
    expect(bench.inputs).toHaveLength(6);
    expect(bench.host.launched.map(({ generation }) => generation)).toEqual([1, 2]);
    expect((await bench.said("a")).at(-1)?.content).toMatch(/runs but does not answer/);
  });

  test("nothing, because the bus is away: the sandbox is left alone and the turn waits", async () => {
    let busUp = false;
    await using bench = new AgentBench({ dispatcher: { isBusUp: () => busUp } });
    bench.onInput = () => (busUp ? { status: "accepted" } : bench.notAnswering());
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await eventually(() => expect(bench.inputs).toHaveLength(2));
    busUp = true;
    await isAccepted(bench, turn);
    expect(bench.host.stopped).toEqual([]);
    expect(await bench.turn(turn.id)).toMatchObject({ attempt: 1, state: "running" });
  });

  test("no place is given in advance to a group whose sandbox is being replaced", async () => {
    await using bench = new AgentBench({ dispatcher: { isHeld: (groupId) => groupId === "a" } });
    expect(bench.dispatcher.reserve("a")).toBeNull();
    const other = bench.dispatcher.reserve("b");
    expect(other).not.toBeNull();
    other?.settle(null);
  });

  test("an obstacle for all turns ends each with its own words, before any sandbox is started", async () => {
    await using bench = new AgentBench({ dispatcher: { obstacle: () => ({ code: "no_credential", detail: "none" }) } });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "no_credential" });
    expect((await bench.said("a")).at(-1)?.content).toMatch(/ANTHROPIC_API_KEY/);
    expect(bench.host.launched).toEqual([]);
  });

  test("a turn that is refused ends with its reason before any sandbox is started, and others run", async () => {
    const refusal = ({ groupId }: Turn): Promise<Refusal | null> =>
      Promise.resolve(groupId === "a" ? { code: "budget", detail: "The budget of $2 is used." } : null);
    await using bench = new AgentBench({ dispatcher: { refusal } });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "budget" });
    expect((await bench.said("a")).at(-1)?.content).toContain("The budget of $2 is used.");
    await isAccepted(bench, await bench.say(await bench.conversation("b"), "hello"));
    expect(bench.host.launched.map(({ groupId }) => groupId)).toEqual(["b"]);
  });

  test("a sandbox that cannot be started: explained at once, with the engine's words", async () => {
    await using bench = new AgentBench();
    bench.host.beforeLaunch = () => {
      throw new PraktorError("image_missing", "There is no image praktor-agent.", { hint: "Run `make containers`." });
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "start_failed" });
    expect((await bench.said("a")).at(-1)?.content).toMatch(/no image praktor-agent.*make containers/);
  });
});

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

describe("time and room", () => {
  test("a turn that takes too long is ended with a sentence, and its runner told", async () => {
    await using bench = new AgentBench({ dispatcher: { turnTimeoutMs: 80 } });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    await isAccepted(bench, turn);
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "timeout" });
    await eventually(() => expect(bench.controls.map(({ command }) => command.command)).toEqual(["interrupt"]));
    expect((await bench.said("a")).at(-1)?.content).toMatch(/agent\.turn_timeout/);
    expect(await bench.answer(bench.inputs[0]!)).toEqual({ status: "stale" });
  });

  test("while every place is taken a message waits, its people are told once, and it runs when there is room", async () => {
    await using bench = new AgentBench({ pool: { places: { chats: 1, swarms: 1 } } });
    await bench.say(await bench.conversation("a"), "works");
    await eventually(() => expect(bench.inputs).toHaveLength(1));
    const turn = await bench.say(await bench.conversation("b"), "waits");
    const notices = async (): Promise<string[]> =>
      (await bench.said("b")).filter(({ role }) => role === "notice").map(({ content }) => content);
    await eventually(async () => expect(await notices()).toHaveLength(1));
    // Another look finds the house as full as before.
    const topic = await bench.say(await bench.conversation("a", "topic-2"), "more");
    await isAccepted(bench, topic);
    await bench.answer(bench.inputs[1]!);
    const putBack = { state: "queued", attempt: 2, tries: 0 };
    await eventually(async () => expect(await bench.turn(turn.id)).toMatchObject(putBack));
    expect(await notices()).toEqual([expect.stringMatching(/All 1 sandboxes are busy.*need not send it again/)]);
    await bench.answer(bench.inputs[0]!);
    await isAccepted(bench, turn);
    expect(bench.host.launched.map(({ groupId }) => groupId)).toEqual(["a", "b"]);
    expect(await notices()).toHaveLength(1);
  });
});

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

test("a gateway that stops leaves what it was giving away to its next life", async () => {
  await using bench = new AgentBench();
  bench.host.beforeLaunch = () => new Promise(() => {});
  const turn = await bench.say(await bench.conversation("a"), "hello");
  await eventually(() => expect(bench.host.launched).toHaveLength(1));
  await bench.dispatcher[Symbol.asyncDispose]();
  expect(await bench.turn(turn.id)).toMatchObject({ state: "running", acceptedAt: null });
  expect(await bench.said("a")).toHaveLength(1);
});
