/** What a gateway finds when it starts: turns that an earlier life gave to a sandbox. Those whose sandbox still runs go on; the others are tried again. */
import type { PassPoint } from "../kit/crash-points.ts";
import type { TurnStore } from "../store/contract/turn-store.ts";
import type { Turn } from "../store/rows.ts";
import type { PooledSandbox } from "./pooled-sandbox.ts";

export interface TakeOverParts {
  turns: Pick<TurnStore, "open">;
  /** After the pool has adopted what the engine still runs. */
  sandboxes: readonly PooledSandbox[];
  adopt: (turn: Turn) => Promise<void>;
  /** The attempt was accepted and is gone. */
  retry: (turn: Turn) => Promise<void>;
  /** The runner never had it: as if it had not been claimed. */
  putBack: (turn: Turn) => Promise<void>;
  passPoint?: PassPoint;
}

export async function takeOverTurns(parts: TakeOverParts): Promise<{ adopted: number; again: number }> {
  const live = new Map(parts.sandboxes.map((sandbox) => [sandbox.groupId, sandbox.generation]));
  const running = (await parts.turns.open()).filter((turn) => turn.state === "running");
  let adopted = 0;
  for (const turn of running) {
    if (turn.sandboxGeneration !== null && live.get(turn.groupId) === turn.sandboxGeneration) {
      adopted += 1;
      await parts.adopt(turn);
    } else if (turn.acceptedAt === null) {
      await parts.putBack(turn);
    } else {
      await parts.retry(turn);
    }
    parts.passPoint?.("taking_over");
  }
  return { adopted, again: running.length - adopted };
}
