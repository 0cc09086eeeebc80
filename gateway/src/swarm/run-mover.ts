/** Moves runs on: one mover a run, once more when something changed meanwhile, and when a moment has come. */
import type { Background } from "../kit/background.ts";

/** After a step that the store refused. */
const retryMs = 2_000;
const longestTimerMs = 2 ** 31 - 1;
const shortestTimerMs = 10;

export class RunMover implements Disposable {
  readonly #step: (runId: string) => Promise<void>;
  readonly #background: Background;
  /** Runs that are being moved on; true: something changed meanwhile. */
  readonly #moving = new Map<string, boolean>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  /** A failed step is the background's to report; it is taken once more after a while. */
  constructor(step: (runId: string) => Promise<void>, background: Background) {
    this.#step = step;
    this.#background = background;
  }

  /** At once, or as soon as the step that is being taken is over. */
  touch(runId: string): void {
    if (this.#closed) return;
    if (this.#moving.has(runId)) {
      this.#moving.set(runId, true);
      return;
    }
    this.#moving.set(runId, false);
    this.#background.run(() => this.#move(runId));
  }

  /** In place of the moment that was set before. */
  wakeIn(runId: string, delayMs: number): void {
    this.forget(runId);
    if (this.#closed) return;
    const timer = setTimeout(() => this.touch(runId), Math.min(Math.max(delayMs, shortestTimerMs), longestTimerMs));
    this.#timers.set(runId, timer);
  }

  forget(runId: string): void {
    clearTimeout(this.#timers.get(runId));
    this.#timers.delete(runId);
  }

  /** Nothing begins any more; what runs is the background's. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #move(runId: string): Promise<void> {
    try {
      do {
        this.#moving.set(runId, false);
        await this.#step(runId);
      } while (this.#moving.get(runId) === true && !this.#closed);
      this.#moving.delete(runId);
    } catch (error) {
      this.#moving.delete(runId);
      this.wakeIn(runId, retryMs);
      throw error;
    }
  }
}
