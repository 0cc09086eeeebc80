/** Gives each sender's lasting work only a part of the event loop, piece by piece and the senders by turns. */
import { performance } from "node:perf_hooks";
import { sleep } from "../kit/deadline.ts";
import { LoopTurns } from "../kit/loop-turns.ts";

/** What a sender may have worked at once before it rests. */
const burstMs = 5_000;
/** Of the time that passes: what a sender that never ends may have worked. */
const share = 1 / 4;
const longestRestMs = 1_000;
/** Above this, those that have not worked for a while are forgotten. */
const knownSenders = 1_000;

export interface WorkTimes {
  now: () => number;
  /** For how long this process's event loop has worked since it began. */
  worked: () => number;
  rest: (ms: number, signal: AbortSignal) => Promise<void>;
}

const realTimes: WorkTimes = {
  now: () => performance.now(),
  worked: () => performance.eventLoopUtilization().active,
  rest: sleep,
};

export class WorkPace {
  readonly #turns = new LoopTurns();
  readonly #times: WorkTimes;
  /** When each sender's burst will be whole again. */
  readonly #wholeAt = new Map<string, number>();

  constructor(times: WorkTimes = realTimes) {
    this.#times = times;
  }

  /** Resolves when the sender may begin another: later than its work is done, where it has worked too much. Rejects as the work does. */
  async run(sender: string, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#turns.next(sender);
    const before = this.#times.worked();
    try {
      await work();
    } finally {
      const restMs = this.#restAfter(sender, this.#times.worked() - before);
      if (restMs >= 1) await this.#times.rest(restMs, signal);
    }
  }

  #restAfter(sender: string, workedMs: number): number {
    const now = this.#times.now();
    if (this.#wholeAt.size >= knownSenders) {
      for (const [known, at] of this.#wholeAt) if (at <= now) this.#wholeAt.delete(known);
    }
    const wholeAt = Math.max(now, this.#wholeAt.get(sender) ?? 0) + workedMs / share;
    const restMs = wholeAt - now - burstMs / share;
    // What is not rested is not owed either: one long piece must not silence a sender for minutes.
    this.#wholeAt.set(sender, Math.min(wholeAt, now + burstMs / share + longestRestMs));
    return Math.min(longestRestMs, restMs);
  }
}
