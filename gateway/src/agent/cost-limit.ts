/** Holds a task's runs to what they may cost, by what the model proxy metered: Claude Code's own count is the sandbox's word. */
import type { RunStore } from "../store/contract/run-store.ts";
import type { Turn } from "../store/rows.ts";
import type { RunningTurns } from "./running-turns.ts";

export interface CostLimitOptions {
  runs: Pick<RunStore, "ofTurn" | "cost">;
  running: RunningTurns;
  stop: (turn: Turn, detail: string) => Promise<void>;
}

export class CostLimit {
  readonly #options: CostLimitOptions;

  constructor(options: CostLimitOptions) {
    this.#options = options;
  }

  /** A call of this turn was stored just now. */
  async metered(turnId: string): Promise<void> {
    const { runs, running, stop } = this.#options;
    const turn = running.get(turnId)?.turn;
    if (turn?.sender !== "scheduler") return;
    const known = await runs.ofTurn(turnId);
    const limit = known?.task.maxCostUsd ?? null;
    if (!known || limit === null) return;
    const cost = await runs.cost(known.run.id);
    if (cost > limit) await stop(turn, `It has cost $${cost.toFixed(4)} of the $${limit} that it may.`);
  }
}
