/** Notices sandboxes that run and do not answer any more: paused, swapped out, cut off from the bus for good. */
import type { Clock } from "../kit/clock.ts";
import type { PooledSandbox } from "./pooled-sandbox.ts";

export interface SandboxWatchOptions {
  sandboxes: () => readonly PooledSandbox[];
  /** Whether its runner answers. Must not reject. */
  answers: (sandbox: PooledSandbox, signal: AbortSignal) => Promise<boolean>;
  /** Without the bus nobody can answer, and nobody is to blame. */
  isBusUp: () => boolean;
  giveUp: (groupId: string, generation: number, detail: string) => Promise<void>;
  clock: Clock;
  /** Silence for longer than this is the end of it. */
  patienceMs: number;
}

export class SandboxWatch {
  readonly #options: SandboxWatchOptions;
  /** By sandbox id: when it was first found silent, without a word since. */
  readonly #silentSince = new Map<string, number>();

  constructor(options: SandboxWatchOptions) {
    this.#options = options;
  }

  /** Asks every running sandbox once, and gives up those that were silent for too long. */
  async look(signal: AbortSignal): Promise<void> {
    const { sandboxes, isBusUp } = this.#options;
    const running = sandboxes().filter((sandbox) => sandbox.status === "running");
    const ids = new Set(running.map((sandbox) => sandbox.sandboxId));
    for (const id of this.#silentSince.keys()) if (!ids.has(id) || !isBusUp()) this.#silentSince.delete(id);
    if (!isBusUp()) return;
    await Promise.all(running.map((sandbox) => this.#ask(sandbox, signal)));
  }

  async #ask(sandbox: PooledSandbox, signal: AbortSignal): Promise<void> {
    const { groupId, sandboxId, generation } = sandbox;
    const { answers, isBusUp, giveUp, clock, patienceMs } = this.#options;
    const askedAt = clock.now();
    if (await answers(sandbox, signal)) {
      this.#silentSince.delete(sandboxId);
      return;
    }
    if (signal.aborted || !isBusUp()) return;
    const since = this.#silentSince.get(sandboxId) ?? askedAt;
    this.#silentSince.set(sandboxId, since);
    if (clock.now() - since < patienceMs) return;
    this.#silentSince.delete(sandboxId);
    await giveUp(groupId, generation, `It did not answer for ${Math.round((clock.now() - since) / 1000)} s.`);
  }
}
