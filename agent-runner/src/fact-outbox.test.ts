import { FactOutput, type FactReply } from "@praktor/protocol/agent-output";
import { describe, expect, it } from "vitest";
import type { FactBody, TurnKey } from "./fact-body.ts";
import { FactOutbox } from "./fact-outbox.ts";
import { jsonLogger } from "./logger.ts";
import { SignalFlag } from "./signal-flag.ts";

const turn: TurnKey = { turnId: "t1", conversationId: "c1", attempt: 1 };
const logger = jsonLogger(() => {}, Date.now, []);

function tool(number: number): FactBody {
  return { type: "tool", phase: "started", toolUseId: `u${number}`, name: "Bash" };
}

const result: FactBody = {
  type: "result",
  content: "done",
  sessionId: "s",
  usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 },
  durationMs: 1,
};

/** Hands every try to `answer`; a try that gets no answer fails as a request without a reply does. */
function outboxWith(answer: (fact: FactOutput) => FactReply | undefined, maxWaiting?: number) {
  const connected = new SignalFlag();
  connected.raise();
  const stale: TurnKey[] = [];
  const outbox = new FactOutbox({
    transport: {
      maxPayloadBytes: 1024 * 1024,
      whenConnected: (signal) => connected.whenUp(signal),
      request: async (_subject, value) => {
        const reply = answer(FactOutput.parse(value));
        if (!reply) throw new Error("timeout");
        return reply;
      },
    },
    subject: "agent.g.output",
    logger,
    onStale: (key) => stale.push(key),
    ...(maxWaiting === undefined ? {} : { maxWaiting }),
  });
  return { outbox, connected, stale };
}

describe("the outbox of facts", () => {
  it("sends a turn's facts in order, each again until it is committed, under the same number", async () => {
    const tries: string[] = [];
    const { outbox } = outboxWith((fact) => {
      tries.push(`${fact.seq} ${fact.type}`);
      const count = tries.filter((entry) => entry === tries.at(-1)).length;
      if (count === 1) return undefined;
      return count === 2 ? { status: "error", message: "disk full" } : { status: "committed" };
    });
    outbox.add(turn, tool(1));
    outbox.add(turn, result);
    expect(outbox.turns).toEqual([turn]);
    await outbox.flush(5_000);
    expect(tries).toEqual(["1 tool", "1 tool", "1 tool", "2 result", "2 result", "2 result"]);
    expect(outbox.turns).toEqual([]);
  });

  it("sends of an answer what the host takes, and says that it was cut", async () => {
    const seen: FactOutput[] = [];
    const { outbox } = outboxWith((fact) => {
      seen.push(fact);
      return { status: "committed" };
    });
    outbox.add(turn, { ...result, content: "wörter ".repeat(100_000) });
    await outbox.flush(5_000);
    expect(seen).toMatchObject([{ content: expect.stringMatching(/^wörter .*\n\n\[cut: /s) as string }]);
    expect(Buffer.byteLength(JSON.stringify(seen[0]))).toBeGreaterThan(250_000);
  });

  it("drops what the host refuses for good, and everything of a stale turn", async () => {
    const seen: number[] = [];
    const { outbox, stale } = outboxWith((fact) => {
      seen.push(fact.seq);
      return fact.seq === 1 ? { status: "refused", message: "bad" } : { status: "stale" };
    });
    for (let number = 1; number <= 4; number += 1) outbox.add(turn, tool(number));
    await outbox.flush(5_000);
    expect(seen).toEqual([1, 2]);
    expect(stale).toEqual([turn]);
  });

  it("drops tool facts before it grows without bound, never a result, and leaves no gap in the numbers", async () => {
    const seen: FactOutput[] = [];
    const { outbox, connected } = outboxWith((fact) => {
      seen.push(fact);
      return { status: "committed" };
    }, 10);
    connected.lower();
    for (let number = 1; number <= 100; number += 1) outbox.add(turn, tool(number));
    outbox.add(turn, result);
    connected.raise();
    await outbox.flush(5_000);
    expect(seen.length).toBeLessThanOrEqual(12);
    expect(seen.at(-1)?.type).toBe("result");
    expect(seen.map((fact) => fact.seq)).toEqual(seen.map((_, index) => index + 1));
  });

  it("gives up waiting when it is disposed", async () => {
    const { outbox } = outboxWith(() => undefined);
    outbox.add(turn, result);
    await outbox.flush(50);
    await outbox[Symbol.asyncDispose]();
    expect(outbox.turns).toEqual([turn]);
  });
});
