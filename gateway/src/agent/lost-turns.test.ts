import { expect, test } from "vitest";
import type { Turn } from "../store/rows.ts";
import { LostTurns } from "./lost-turns.ts";
import { AgentBench, idleRunner } from "./testing/agent-bench.ts";

/** A turn that a sandbox holds, as the gateway remembers it, and what the store says of it now. */
async function lostTurns(bench: AgentBench, now: Partial<Turn>): Promise<{ lost: LostTurns; done: string[] }> {
  const turn = await bench.receive(await bench.conversation("a"), "hello");
  const held: Turn = { ...turn, state: "running", attempt: 1, sandboxGeneration: 1, acceptedAt: 1 };
  bench.running.begin(held, false);
  const done: string[] = [];
  const lost = new LostTurns({
    turns: { get: async () => ({ ...held, ...now }) },
    running: bench.running,
    endings: {
      putBack: async () => void done.push("put back"),
      retryOrFail: async (_, code, __, interrupted) => void done.push(`${code} ${interrupted}`),
    },
    control: { status: async () => idleRunner },
  });
  return { lost, done };
}

test("a turn that its sandbox took with it is tried again as interrupted, one that never arrived as new", async () => {
  await using bench = new AgentBench();
  const { lost, done } = await lostTurns(bench, {});
  await lost.sandboxLost("a", 1, "It ended.");
  await lost.reconcile("a", 1, idleRunner);
  await lost.sandboxLost("a", 2, "Another's end.");
  await lost.reconcile("b", 1, idleRunner);
  expect(done).toEqual(["lost true", "lost true"]);
  await using other = new AgentBench();
  const early = await lostTurns(other, { acceptedAt: null });
  await early.lost.reconcile("a", 1, idleRunner);
  await early.lost.sandboxLost("a", 1, "It ended.");
  expect(early.done).toEqual(["put back", "lost false"]);
});

test.each([
  ["has ended", { state: "succeeded" }],
  ["is tried again already", { attempt: 2 }],
] as const)("a turn that %s meanwhile is left alone", async (_, now) => {
  await using bench = new AgentBench();
  const { lost, done } = await lostTurns(bench, now);
  await lost.sandboxLost("a", 1, "It ended.");
  await lost.reconcile("a", 1, idleRunner);
  expect(done).toEqual([]);
});
