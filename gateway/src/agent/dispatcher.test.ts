import { describe, expect, test, vi } from "vitest";
import { AgentBench } from "./testing/agent-bench.ts";
import { ends, eventually, isAccepted } from "./testing/turn-waits.ts";

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

test("a gateway that stops leaves what it was giving away to its next life", async () => {
  await using bench = new AgentBench();
  bench.host.beforeLaunch = () => new Promise(() => {});
  const turn = await bench.say(await bench.conversation("a"), "hello");
  await eventually(() => expect(bench.host.launched).toHaveLength(1));
  await bench.dispatcher[Symbol.asyncDispose]();
  expect(await bench.turn(turn.id)).toMatchObject({ state: "running", acceptedAt: null });
  expect(await bench.said("a")).toHaveLength(1);
});
