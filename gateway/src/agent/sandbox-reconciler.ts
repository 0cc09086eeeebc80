/** What the engine runs, held against what the pool and the store believe: after a restart, and for ends that were missed. */
import type { Logger } from "../kit/logger.ts";
import type { RunningSandbox, SandboxHost } from "../sandbox/sandbox.ts";
import type { SandboxRow } from "../store/rows.ts";
import type { SandboxStore } from "../store/contract/sandbox-store.ts";
import type { PooledGroup, PooledSandbox } from "./pooled-sandbox.ts";
import { stopGraceMs } from "./sandbox-pool.ts";

export interface SandboxReconcilerOptions {
  host: Pick<SandboxHost, "list" | "stop">;
  store: Pick<SandboxStore, "live" | "stopped">;
  pool: ReconciledPool;
  revoke: (sandboxId: string) => void;
  logger: Logger;
}

export interface ReconciledPool {
  list: () => PooledSandbox[];
  takeOver: (sandbox: RunningSandbox, group: PooledGroup, signal: AbortSignal) => void;
  foundGone: (sandbox: PooledSandbox) => void;
}

export class SandboxReconciler {
  readonly #options: SandboxReconcilerOptions;

  constructor(options: SandboxReconcilerOptions) {
    this.#options = options;
  }

  /** Takes over what the engine still runs and may go on, ends the rest and what the store does not know, and forgets what is gone. */
  async adopt(
    groups: ReadonlyMap<string, PooledGroup>,
    signal: AbortSignal,
    refusalOf: (sandbox: SandboxRow) => Promise<string | null> = () => Promise.resolve(null),
  ): Promise<void> {
    const { host, store, pool, revoke, logger } = this.#options;
    const running = new Map((await host.list(signal)).map((sandbox) => [sandbox.sandboxId, sandbox]));
    for (const row of await store.live()) {
      const sandbox = running.get(row.id);
      const group = groups.get(row.groupId);
      const refusal = sandbox && group ? await refusalOf(row) : "It was gone when the gateway started.";
      if (sandbox && group && refusal === null) {
        running.delete(row.id);
        pool.takeOver(sandbox, group, signal);
        continue;
      }
      if (sandbox) logger.info({ group: row.groupId, sandbox: row.id, reason: refusal }, "a sandbox is not taken over");
      // Its word counts no longer, whatever its end takes.
      await store.stopped(row.id, refusal);
      revoke(row.id);
    }
    for (const orphan of running.keys()) await this.#stopOrphan(orphan, signal);
  }

  async reconcile(signal: AbortSignal): Promise<void> {
    const { host, pool } = this.#options;
    const believed = pool.list().filter(({ status }) => status === "running");
    const running = new Set((await host.list(signal)).map(({ sandboxId }) => sandboxId));
    for (const gone of believed.filter(({ sandboxId }) => !running.has(sandboxId))) pool.foundGone(gone);
    const known = new Set(pool.list().map(({ sandboxId }) => sandboxId));
    for (const orphan of running) if (!known.has(orphan)) await this.#stopOrphan(orphan, signal);
  }

  /** Its stop may have failed before: then its row still opens doors. */
  async #stopOrphan(sandboxId: string, signal: AbortSignal): Promise<void> {
    const { host, store, revoke, logger } = this.#options;
    logger.warn({ sandbox: sandboxId }, "a sandbox that nobody knows, or that may not go on, is stopped");
    await host.stop(sandboxId, stopGraceMs, signal);
    await store.stopped(sandboxId, "Nobody knew it any more.");
    revoke(sandboxId);
  }
}
