/** Who has used much processor lately comes after the others where processors are short: a sandbox that burns them slows down itself. */
import { sleep } from "../../kit/deadline.ts";
import type { Logger } from "../../kit/logger.ts";
import { errorMessage } from "../../kit/praktor-error.ts";

/** The engine's `CpuShares` of a sandbox that uses little; the gateway and the engine have 1024. */
export const fullShares = 512;
const fewestShares = 32;
/** Processors, as a mean of the last seconds, up to which nobody loses anything: more than a turn without heavy tools takes. */
const freeCores = 0.25;
/** How much of a new look counts: heavy use is noticed within seconds, and forgotten within half a minute. */
const risingPart = 0.5;
const fallingPart = 0.1;
const lookEveryMs = 2_000;

/** The mean after one more look at what was used since the last one. */
export function meanCores(before: number, cores: number): number {
  return before + (cores - before) * (cores > before ? risingPart : fallingPart);
}

/** Inverse to the use, in powers of two, so that small changes are none. */
export function sharesFor(mean: number): number {
  const halvings = Math.max(0, Math.ceil(Math.log2(mean / freeCores)));
  return Math.max(fewestShares, fullShares / 2 ** halvings);
}

export interface CpuWeightsOptions {
  /** The containers that run. */
  running: () => readonly string[];
  /** Processor time that a container has had, in ms; null when it has no figures. */
  cpuMs: (id: string, signal: AbortSignal) => Promise<number | null>;
  setShares: (id: string, shares: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds that never go back. */
  now: () => number;
  logger: Logger;
}

interface Seen {
  atMs: number;
  cpuMs: number;
  mean: number;
  /** Null until this gateway has set it: an earlier one may have left any. */
  shares: number | null;
}

export class CpuWeights {
  readonly #options: CpuWeightsOptions;
  #seen = new Map<string, Seen>();

  constructor(options: CpuWeightsOptions) {
    this.#options = options;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(lookEveryMs, signal);
      await this.look(signal);
    }
  }

  /** Alone, a sandbox takes from nobody, and nobody looks. */
  async look(signal: AbortSignal): Promise<void> {
    const running = this.#options.running();
    const before = this.#seen;
    this.#seen = new Map();
    if (running.length < 2) return;
    await Promise.all(
      running.map(async (id) => {
        // It may have just ended, and the next look is near.
        const seen = await this.#lookAt(id, before.get(id), signal).catch((error: unknown) => {
          signal.throwIfAborted();
          this.#options.logger.debug({ containerId: id, error: errorMessage(error) }, "a container was not weighed");
        });
        if (seen) this.#seen.set(id, seen);
      }),
    );
  }

  async #lookAt(id: string, before: Seen | undefined, signal: AbortSignal): Promise<Seen | null> {
    const { cpuMs: measure, setShares, now, logger } = this.#options;
    const cpuMs = await measure(id, signal);
    if (cpuMs === null) return null;
    const atMs = now();
    if (before === undefined) return { atMs, cpuMs, mean: 0, shares: null };
    const mean = meanCores(before.mean, Math.max(0, cpuMs - before.cpuMs) / Math.max(1, atMs - before.atMs));
    const shares = sharesFor(mean);
    if (shares !== before.shares) {
      await setShares(id, shares, signal);
      logger.debug({ containerId: id, cores: mean, shares }, "a container's weight was set");
    }
    return { atMs, cpuMs, mean, shares };
  }
}
