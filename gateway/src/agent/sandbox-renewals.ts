/** Replaces sandboxes that a change has made out of date – another network policy, other secrets or settings – as soon as their turns have ended. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { Background } from "../kit/background.ts";
import type { Logger } from "../kit/logger.ts";
import type { PooledSandbox } from "./pooled-sandbox.ts";

export interface SandboxRenewalsOptions {
  pool: { list: () => PooledSandbox[]; stop: (groupId: string, signal: AbortSignal) => Promise<boolean> };
  networkOf: (groupId: string) => Promise<NetworkPolicy>;
  isBusy: (groupId: string) => boolean;
  /** Turns wait while their group's sandbox is replaced: they may run now. */
  onRenewed: () => void;
  background: Background;
  logger: Logger;
}

type Reason = "network" | "secrets" | "settings";

export class SandboxRenewals {
  readonly #options: SandboxRenewalsOptions;
  /** By group: what of its sandbox is out of date. */
  readonly #pending = new Map<string, Set<Reason>>();
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(options: SandboxRenewalsOptions) {
    this.#options = options;
  }

  /** The group's turns are to wait: what runs is out of date. */
  isPending(groupId: string): boolean {
    return this.#pending.has(groupId);
  }

  /** The network policy may be another now; resolves when that is noted, not when the sandbox is replaced. */
  async look(groupId: string): Promise<void> {
    const { pool, networkOf } = this.#options;
    const wanted = await networkOf(groupId);
    const sandbox = pool.list().find((one) => one.groupId === groupId);
    // Of one that is just being started nobody knows whether it was started for the former policy.
    if (sandbox === undefined || sandbox.network === wanted) return this.#settle(groupId, "network");
    this.#note(groupId, "network");
    this.turnEnded(groupId);
  }

  /** The group's sandbox, which an earlier life of the gateway started, has secrets or settings of before. */
  outdated(groupId: string, reason: "secrets" | "settings"): void {
    this.#note(groupId, reason);
    this.turnEnded(groupId);
  }

  /**
   * These groups have other secrets now. Those whose sandbox is idle are `restarted` when this resolves, the others `later`. What does
   * not run starts with the next message, as always.
   */
  async refresh(groupIds: readonly string[]): Promise<{ restarted: string[]; later: string[] }> {
    const { pool, isBusy } = this.#options;
    const there = new Set(pool.list().map(({ groupId }) => groupId));
    const concerned = [...new Set(groupIds)].filter((id) => there.has(id));
    const later = concerned.filter((id) => isBusy(id));
    const restarted = concerned.filter((id) => !later.includes(id));
    for (const id of concerned) this.#note(id, "secrets");
    await Promise.all(restarted.map((id) => this.#replace(id, this.#options.background.signal)));
    return { restarted, later };
  }

  /** Perhaps it was the last one. */
  turnEnded(groupId: string): void {
    const { isBusy, background } = this.#options;
    if (!this.#pending.has(groupId) || isBusy(groupId)) return;
    background.run((signal) => this.#replace(groupId, signal));
  }

  #note(groupId: string, reason: Reason): void {
    const reasons = this.#pending.get(groupId) ?? new Set();
    this.#pending.set(groupId, reasons.add(reason));
  }

  /** Joins a stop in progress. */
  async #replace(groupId: string, signal: AbortSignal): Promise<void> {
    const stopping = this.#stopping.get(groupId) ?? this.#stop(groupId, signal);
    this.#stopping.set(groupId, stopping);
    await stopping;
  }

  async #stop(groupId: string, signal: AbortSignal): Promise<void> {
    const { pool, logger } = this.#options;
    const outdated = [...(this.#pending.get(groupId) ?? [])].join(", ");
    try {
      await pool.stop(groupId, signal);
      logger.info({ group: groupId, outdated }, "a sandbox was stopped because what it was started with has changed");
    } finally {
      this.#stopping.delete(groupId);
      this.#settle(groupId, "network", "secrets", "settings");
    }
  }

  #settle(groupId: string, ...done: Reason[]): void {
    const reasons = this.#pending.get(groupId);
    if (!reasons) return;
    for (const reason of done) reasons.delete(reason);
    if (reasons.size > 0) return;
    this.#pending.delete(groupId);
    this.#options.onRenewed();
  }
}
