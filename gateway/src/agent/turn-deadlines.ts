/** Ends turns that run past their deadline. */
import type { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import type { Turn } from "../store/rows.ts";
import { insist } from "./insist.ts";
import type { RunnerControl } from "./runner-control.ts";
import type { TurnEndings } from "./turn-endings.ts";

export interface TurnDeadlinesOptions {
  endings: Pick<TurnEndings, "fail">;
  control: Pick<RunnerControl, "leave">;
  background: Background;
  clock: Clock;
  logger: Logger;
}

export class TurnDeadlines implements Disposable {
  readonly #options: TurnDeadlinesOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: TurnDeadlinesOptions) {
    this.#options = options;
  }

  watch(turn: Turn): void {
    if (turn.deadlineAt === null) return;
    const { background, clock } = this.#options;
    const delayMs = Math.max(0, turn.deadlineAt - clock.now());
    const expire = (): void => background.run((signal) => this.#expire(turn, signal));
    this.#timers.set(turn.id, setTimeout(expire, Math.min(delayMs, 2 ** 31 - 1)));
  }

  forget(turnId: string): void {
    clearTimeout(this.#timers.get(turnId));
    this.#timers.delete(turnId);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #expire(turn: Turn, signal: AbortSignal): Promise<void> {
    const { endings, control, logger } = this.#options;
    await insist(logger, signal, () => endings.fail(turn, "timeout", "past its deadline", { attempt: turn.attempt }));
    await control.leave(turn);
  }
}
