import { describe, expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Turn } from "../store/rows.ts";
import type { Refusal } from "./dispatcher.ts";
import { AgentBench } from "./testing/agent-bench.ts";
import { ends, eventually, isAccepted } from "./testing/turn-waits.ts";

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

  test("a turn whose refusal its people know is left out with the reason, and nobody is written to", async () => {
    const refusal = (): Promise<Refusal> => Promise.resolve({ code: "budget", detail: "It is used.", isKnown: true });
    await using bench = new AgentBench({ dispatcher: { refusal } });
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({
      state: "cancelled",
      errorCode: "not_needed",
      error: "It is used.",
    });
    expect(await bench.store.outbox.ready("telegram")).toEqual([]);
  });

  test("a secret in the engine's long words is taken out before they are cut", async () => {
    const secret = "ghp_0123456789abcdef";
    await using bench = new AgentBench({ redact: (text) => text.replaceAll(secret, "[redacted]") });
    bench.host.beforeLaunch = () => {
      throw new PraktorError("start_failed", `${"x".repeat(290)} ${secret} ${"x".repeat(20)}`);
    };
    const turn = await bench.say(await bench.conversation("a"), "hello");
    expect(await ends(bench, turn)).toMatchObject({ state: "failed", errorCode: "start_failed" });
    const words = (await bench.said("a")).at(-1)?.content;
    expect(words).toContain("xxx");
    expect(words).not.toContain("ghp");
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
