/** Turns that a sandbox should hold and does not hold any more: tried again, or ended. */
import type { RunnerStatus } from "@praktor/protocol/agent-control";
import type { TurnStore } from "../store/contract/turn-store.ts";
import type { Turn } from "../store/rows.ts";
import type { RunnerControl } from "./runner-control.ts";
import type { RunningTurns } from "./running-turns.ts";
import type { TurnEndings } from "./turn-endings.ts";

export interface LostTurnsOptions {
  turns: Pick<TurnStore, "get">;
  running: RunningTurns;
  endings: Pick<TurnEndings, "putBack" | "retryOrFail">;
  control: Pick<RunnerControl, "status">;
}

export class LostTurns {
  readonly #options: LostTurnsOptions;

  constructor(options: LostTurnsOptions) {
    this.#options = options;
  }

  /** The runner's word about what it holds, after its start or a reconnect: turns that it should hold and does not are tried again. */
  async reconcile(groupId: string, generation: number, runner: RunnerStatus): Promise<void> {
    const { running, endings, control } = this.#options;
    const held = keysOf(runner);
    const suspects = running
      .of(groupId)
      .filter(
        ({ dispatching, turn }) => !dispatching && turn.sandboxGeneration === generation && !held.has(keyOf(turn)),
      );
    if (suspects.length === 0) return;
    // The word may be older than an acceptance that came meanwhile: ask again, and believe the newer one.
    const now = await control.status(groupId);
    if (!now) return;
    const heldNow = keysOf(now);
    for (const { turn } of suspects.filter((suspect) => !heldNow.has(keyOf(suspect.turn)))) {
      const current = await this.#stillRunning(turn);
      if (!current) continue;
      // Given away by an earlier life of the gateway that ended before it arrived: nothing was tried.
      if (current.acceptedAt === null) await endings.putBack(current, null, null);
      else await endings.retryOrFail(current, "lost", "The agent's process was started anew.", true);
    }
  }

  /** The sandbox ended and nobody had asked for that. */
  async sandboxLost(groupId: string, generation: number, detail: string): Promise<void> {
    const { running, endings } = this.#options;
    for (const { turn, dispatching } of running.of(groupId)) {
      if (dispatching || turn.sandboxGeneration !== generation) continue;
      const current = await this.#stillRunning(turn);
      if (current) await endings.retryOrFail(current, "lost", detail, current.acceptedAt !== null);
    }
  }

  /** As the store knows it; null when it has ended, or another attempt runs. */
  async #stillRunning(turn: Turn): Promise<Turn | null> {
    const current = await this.#options.turns.get(turn.id);
    return current?.state === "running" && current.attempt === turn.attempt ? current : null;
  }
}

const keyOf = ({ id, attempt }: Pick<Turn, "id" | "attempt">): string => `${id}/${attempt}`;

function keysOf(runner: RunnerStatus): Set<string> {
  return new Set(runner.turns.map(({ turnId, attempt }) => keyOf({ id: turnId, attempt })));
}
