/** Replaces a sandbox whose group was given another network policy, as soon as its turns have ended. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { Background } from "../kit/background.ts";
import type { Logger } from "../kit/logger.ts";
import type { PooledSandbox } from "./pooled-sandbox.ts";

export interface NetworkRenewalsOptions {
  pool: { list: () => PooledSandbox[]; stop: (groupId: string, signal: AbortSignal) => Promise<boolean> };
  networkOf: (groupId: string) => Promise<NetworkPolicy>;
  isBusy: (groupId: string) => boolean;
  /** Turns wait while their group's sandbox is replaced: they may run now. */
  onRenewed: () => void;
  background: Background;
  logger: Logger;
}

export class NetworkRenewals {
  readonly #options: NetworkRenewalsOptions;
  readonly #pending = new Set<string>();
  readonly #stopping = new Set<string>();

  constructor(options: NetworkRenewalsOptions) {
    this.#options = options;
  }

  /** The group's turns are to wait: what runs has the former policy. */
  isPending(groupId: string): boolean {
    return this.#pending.has(groupId);
  }

  /** The policy may be another now; resolves when that is noted, not when the sandbox is replaced. */
  async look(groupId: string): Promise<void> {
    const { pool, networkOf } = this.#options;
    const wanted = await networkOf(groupId);
    const sandbox = pool.list().find((one) => one.groupId === groupId);
    // Of one that is just being started nobody knows whether it was started for the former policy.
    if (sandbox === undefined || sandbox.network === wanted) return this.#settle(groupId);
    this.#pending.add(groupId);
    this.turnEnded(groupId);
  }

  /** Perhaps it was the last one. */
  turnEnded(groupId: string): void {
    const { pool, isBusy, background, logger } = this.#options;
    if (!this.#pending.has(groupId) || this.#stopping.has(groupId) || isBusy(groupId)) return;
    this.#stopping.add(groupId);
    background.run(async (signal) => {
      try {
        await pool.stop(groupId, signal);
        logger.info({ group: groupId }, "a sandbox was stopped because its network policy is another now");
      } finally {
        this.#stopping.delete(groupId);
        this.#settle(groupId);
      }
    });
  }

  #settle(groupId: string): void {
    if (this.#pending.delete(groupId)) this.#options.onRenewed();
  }
}
