/** What tests of turns wait for; each fails after a patience that a busy machine does not use up. */
import { expect, vi } from "vitest";
import type { Turn } from "../../store/rows.ts";
import type { AgentBench } from "./agent-bench.ts";

const wait = { timeout: 15_000, interval: 5 };

export const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, wait);

/** Resolves with the turn as it was stored at its end. */
export async function ends(bench: AgentBench, turn: Turn): Promise<Turn> {
  return await vi.waitFor(async () => {
    const now = await bench.turn(turn.id);
    expect(now.finishedAt).not.toBeNull();
    return now;
  }, wait);
}

/** Until the runner has it, and the dispatcher knows. */
export async function isAccepted(bench: AgentBench, turn: Turn): Promise<void> {
  await eventually(() => expect(bench.running.get(turn.id)?.dispatching).toBe(false));
}
