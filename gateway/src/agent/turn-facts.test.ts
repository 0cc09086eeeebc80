import { FailureCode } from "@praktor/protocol/agent-output";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import { failedOf, resultOf, toolOf } from "../store/contract-fixture.ts";
import type { Turn } from "../store/rows.ts";
import { emptyAnswer } from "./explanations.ts";
import { AgentBench } from "./testing/agent-bench.ts";

const committed = { status: "committed" };
const stale = { status: "stale" };
const refused = { status: "refused", message: expect.stringMatching(/./) };

/** A running turn of group a. */
async function running(bench: AgentBench, groupId = "a"): Promise<Turn> {
  const queued = await bench.receive(await bench.conversation(groupId), "hello");
  const claim = { conversationId: queued.conversationId, epoch: 1, deadlineAt: bench.clock.now() + 60_000 };
  const turn = await bench.store.turns.claim(claim);
  if (!turn) throw new Error("not claimed");
  bench.running.begin(turn, false);
  return turn;
}

const factOf = (turn: Turn, type: string, seq: number, rest: object): object => ({
  type,
  turnId: turn.id,
  conversationId: turn.conversationId,
  attempt: turn.attempt,
  seq,
  ...rest,
});

describe("facts", () => {
  test("an answer is stored with the turn's end, and repeated it is committed and not stored again", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    expect(await bench.facts.handle("a", resultOf(turn))).toEqual(committed);
    expect(await bench.facts.handle("a", resultOf(turn))).toEqual(committed);
    expect((await bench.said("a")).map(({ content }) => content)).toEqual(["hello", "The answer."]);
    expect(await bench.turn(turn.id)).toMatchObject({ state: "succeeded" });
    expect(bench.running.get(turn.id)).toBeUndefined();
    expect(bench.events.map(({ type }) => type)).toEqual(["message", "turn", "usage"]);
  });

  test("the word that ends a turn says how much was done, so that nobody who looks on has to ask", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    await bench.facts.handle("a", toolOf(turn, 1));
    bench.clock.advance(1500);
    await bench.facts.handle("a", { ...failedOf(turn, 2), code: "interrupted" });
    const told = bench.events.find(({ type }) => type === "message");
    expect(told).toMatchObject({ message: { role: "notice", work: { steps: 1, duration_ms: 1500 } } });
  });

  test("of an answer that is too long the beginning is kept, with a mark, and the turn ends", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const content = "é".repeat(300_000);
    expect(await bench.facts.handle("a", resultOf(turn, { content }))).toEqual(committed);
    const kept = (await bench.said("a")).at(-1)?.content ?? "";
    expect(kept).toHaveLength(256 * 1024);
    expect(kept).toMatch(/^é+\n\n\[cut: /);
    expect(await bench.turn(turn.id)).toMatchObject({ state: "succeeded" });
  });

  test("an answer without a word becomes one that says so", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    await bench.facts.handle("a", resultOf(turn, { content: " \n" }));
    expect((await bench.said("a")).at(-1)?.content).toBe(emptyAnswer);
  });

  test("what the agent did on the way is stored and shown", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const started = factOf(turn, "started", 1, { sessionId: "session-5", model: "m" });
    expect(await bench.facts.handle("a", started)).toEqual(committed);
    expect((await bench.store.conversations.get(turn.conversationId))?.sessionId).toBe("session-5");
    await bench.facts.handle("a", { ...toolOf(turn, 2), input: "{}" });
    const tool = bench.running.get(turn.id)?.tools[0];
    expect(tool).toMatchObject({ name: "Bash", input: "{}", done: false });
    await bench.facts.handle("a", { ...toolOf(turn, 3), toolUseId: "use-2", phase: "finished", output: "42" });
    expect(bench.running.get(turn.id)?.tools).toMatchObject([{ input: "{}", output: "42", done: true }]);
    expect((await bench.store.turns.events(turn.id)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test("a notice is said once in an attempt, in the gateway's words, whatever the sandbox adds", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    for (const seq of [1, 1, 2, 3]) {
      const notice = factOf(turn, "notice", seq, {
        code: "session_lost",
        content: "Praktor here: send your password.",
      });
      expect(await bench.facts.handle("a", notice)).toEqual(committed);
    }
    const said = (await bench.said("a")).filter(({ role }) => role === "notice");
    expect(said).toMatchObject([{ content: expect.stringMatching(/^ℹ️ What we said before is no longer/) }]);
    expect(JSON.stringify(await bench.store.turns.events(turn.id))).not.toContain("password");
  });

  test("what is of no turn that runs here is not searched for secrets, however much of it comes", async () => {
    const searched: string[] = [];
    await using bench = new AgentBench({
      clean: (_, output) => {
        searched.push(output.type);
        return Promise.resolve(output);
      },
    });
    const turn = await running(bench);
    const text = factOf(turn, "text", 0, { index: 0, content: "word" });
    for (const strange of [{ turnId: "nobody's" }, { attempt: 7 }]) {
      await bench.facts.handle("a", { ...text, ...strange });
      await bench.facts.handle(
        "a",
        resultOf({ ...turn, id: strange.turnId ?? turn.id, attempt: strange.attempt ?? 1 }),
      );
    }
    await bench.facts.handle("b", text);
    await bench.facts.handle("b", resultOf(turn));
    expect(searched).toEqual([]);
    await bench.facts.handle("a", text);
    await bench.facts.handle("a", resultOf(turn));
    await bench.facts.handle("a", resultOf(turn));
    expect(searched).toEqual(["text", "result"]);
  });

  test("who streams more than anybody says is not shown any further, and the answer comes all the same", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const content = "x".repeat(100_000);
    for (let index = 0; index < 50; index += 1) {
      await bench.facts.handle("a", factOf(turn, "text", 0, { index, content }));
    }
    expect(bench.events.filter(({ type }) => type === "text")).toHaveLength(40);
    expect(await bench.facts.handle("a", resultOf(turn))).toEqual(committed);
  });

  test("of a turn that reports more than any does, the facts are kept without their words", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const words = "x".repeat(4_000);
    for (let seq = 1; seq <= 1_005; seq += 1) {
      const tool = { ...toolOf(turn, seq), phase: "finished", toolUseId: `use-${seq}`, input: words, output: words };
      expect(await bench.facts.handle("a", tool)).toEqual(committed);
    }
    await bench.facts.handle("a", factOf(turn, "restart", 1_006, { reason: words }));
    const events = await bench.store.turns.events(turn.id);
    expect(events).toHaveLength(1_006);
    expect(events.filter(({ data }) => JSON.stringify(data).includes(words))).toHaveLength(1_000);
  });

  test.each(FailureCode.options)("a failure (%s) becomes a sentence, after what was said before it", async (code) => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const failed = { ...failedOf(turn, 5), code, partialText: "So far so good." };
    expect(await bench.facts.handle("a", failed)).toEqual(committed);
    expect(await bench.facts.handle("a", failed)).toEqual(committed);
    const state = code === "interrupted" ? "cancelled" : "failed";
    expect(await bench.turn(turn.id)).toMatchObject({ state, errorCode: code, error: "529 overloaded" });
    const [, sentence, ...more] = await bench.said("a");
    expect(sentence?.content).toMatch(/^So far so good\.\n\n(⚠️|⏹) .{20}/);
    expect(more).toEqual([]);
  });

  test("of an attempt that is over they are stale, whatever became of the turn since", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const again = { interrupted: true, notBefore: null, error: null, countAttempt: true };
    await bench.store.turns.requeue(turn.id, 1, again);
    const facts = [resultOf(turn), failedOf(turn, 3), toolOf(turn, 4)];
    for (const fact of facts) expect(await bench.facts.handle("a", fact)).toEqual(stale);
    const claim = { conversationId: turn.conversationId, epoch: 1, deadlineAt: bench.clock.now() + 60_000 };
    await bench.store.turns.claim(claim);
    for (const fact of facts) expect(await bench.facts.handle("a", fact)).toEqual(stale);
    expect(await bench.turn(turn.id)).toMatchObject({ state: "running", attempt: 2 });
    expect(await bench.said("a")).toHaveLength(1);
  });

  test("about another group's turn, or into another conversation, they are refused and change nothing", async () => {
    await using bench = new AgentBench();
    const [mine, theirs] = [await running(bench, "a"), await running(bench, "b")];
    const forged = [
      resultOf(theirs),
      failedOf(theirs, 2),
      toolOf(theirs, 3),
      resultOf(theirs, { conversationId: mine.conversationId }),
      resultOf(mine, { turnId: "01nothing" }),
      { ...toolOf(mine, 1), conversationId: theirs.conversationId },
      resultOf(mine, { conversationId: theirs.conversationId }),
    ];
    for (const fact of forged) expect(await bench.facts.handle("a", fact)).toEqual(refused);
    const topic = await bench.conversation("a", "topic-2");
    expect(await bench.facts.handle("a", resultOf(mine, { conversationId: topic.id }))).toEqual(refused);
    for (const turn of [mine, theirs]) expect((await bench.turn(turn.id)).state).toBe("running");
    expect(await bench.said("b")).toHaveLength(1);
    expect(bench.events).toEqual([]);
  });

  test("when the store refuses, the sandbox is told to send it again", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const { turns } = bench.store;
    const succeed = turns.succeed.bind(turns);
    turns.succeed = () => Promise.reject(new PraktorError("store_full", "The disk is full."));
    const answer = { status: "error", message: expect.not.stringContaining("disk") };
    expect(await bench.facts.handle("a", resultOf(turn))).toEqual(answer);
    turns.succeed = succeed;
    expect(await bench.facts.handle("a", resultOf(turn))).toEqual(committed);
  });

  test("1,000 outputs of any shape are refused, and none ends the handling", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    const field = fc.constantFrom(...Object.keys(resultOf(turn)));
    const broken = fc
      .tuple(fc.constantFrom<object>(resultOf(turn), failedOf(turn, 1), toolOf(turn, 1)), field, fc.jsonValue())
      .map(([fact, name, value]): unknown => ({ ...fact, [name]: value }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(broken, fc.anything()), async (data) => {
        const reply = await bench.facts.handle("b", data);
        // Live text is not answered.
        expect([undefined, "refused"]).toContain(reply?.status);
      }),
      { numRuns: 1_000 },
    );
    expect((await bench.turn(turn.id)).state).toBe("running");
  });
});

describe("live text", () => {
  const text = (turn: Turn, index: number, content: string, attempt = 1): object => ({
    type: "text",
    turnId: turn.id,
    conversationId: turn.conversationId,
    attempt,
    index,
    content,
  });

  test("is gathered in order, once, and nobody acknowledges it", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    for (const [index, content] of [
      [0, "one "],
      [1, "two "],
      [1, "two "],
      [0, "one "],
      [5, "six"],
    ] as const) {
      expect(await bench.facts.handle("a", text(turn, index, content))).toBeNull();
    }
    expect(bench.running.get(turn.id)).toMatchObject({ text: "one two six", nextIndex: 6 });
    await bench.facts.handle("a", factOf(turn, "restart", 1, { reason: "the call was cut" }));
    await bench.facts.handle("a", text(turn, 6, "anew"));
    expect(bench.running.get(turn.id)?.text).toBe("anew");
    expect(bench.events.filter(({ type }) => type === "text")).toHaveLength(4);
  });

  test("of another group's turn, or of another attempt, is shown to nobody", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    await bench.facts.handle("b", text(turn, 0, "forged"));
    await bench.facts.handle("a", text(turn, 0, "late", 2));
    expect(bench.running.get(turn.id)?.text).toBe("");
    expect(bench.events).toEqual([]);
  });

  test("without an end is cut at its front", async () => {
    await using bench = new AgentBench();
    const turn = await running(bench);
    for (let index = 0; index < 5; index += 1)
      await bench.facts.handle("a", text(turn, index, "x".repeat(99_999) + index));
    expect(bench.running.get(turn.id)?.text).toHaveLength(200_000);
    expect(bench.running.get(turn.id)?.text.endsWith("4")).toBe(true);
  });
});
