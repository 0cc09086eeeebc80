/** What is looked after again and again while the gateway runs. */
import type { Approvals } from "./agent/approvals.ts";
import type { HostApprovals } from "./agent/host-approvals.ts";
import type { SandboxPool } from "./agent/sandbox-pool.ts";
import type { SandboxReconciler } from "./agent/sandbox-reconciler.ts";
import type { WorkspaceSizes } from "./agent/workspace-sizes.ts";
import type { SandboxWatch } from "./agent/sandbox-watch.ts";
import type { Background } from "./kit/background.ts";
import { sleep } from "./kit/deadline.ts";

export interface UpkeepParts {
  approvals: Approvals;
  hostApprovals: Pick<HostApprovals, "tidy">;
  pool: Pick<SandboxPool, "stopIdle">;
  reconciler: Pick<SandboxReconciler, "reconcile">;
  sizes: Pick<WorkspaceSizes, "look">;
  watch: SandboxWatch;
  watchEveryMs: number;
  /** Keeps what was only counted for a while. */
  sumUp: () => void;
  /** Forgets what is no longer needed. Also right away. */
  prune: () => Promise<unknown>;
}

const approvalsEveryMs = 5_000;
const reconcileEveryMs = 60_000;
const idleLookEveryMs = 10_000;
const sumUpEveryMs = 60_000;
/** An agent's tasks may leave out a run each second: what of that is too many is not to gather for a day. */
const pruneEveryMs = 3_600_000;

export function keepUp(background: Background, parts: UpkeepParts): void {
  const { approvals, hostApprovals, pool, reconciler, sizes, watch, watchEveryMs, sumUp, prune } = parts;
  every(background, approvalsEveryMs, () => approvals.expire());
  every(background, approvalsEveryMs, () => hostApprovals.tidy());
  every(background, reconcileEveryMs, (signal) => reconciler.reconcile(signal));
  every(background, watchEveryMs, (signal) => watch.look(signal));
  every(background, idleLookEveryMs, (signal) => pool.stopIdle(signal));
  every(background, reconcileEveryMs, () => Promise.resolve(sizes.look()));
  every(background, sumUpEveryMs, () => Promise.resolve(sumUp()));
  every(background, pruneEveryMs, prune);
  background.run(async () => void (await prune()));
}

function every(background: Background, delayMs: number, work: (signal: AbortSignal) => Promise<unknown>): void {
  background.run(async (signal) => {
    for (;;) {
      await sleep(delayMs, signal);
      // One failed look must not end the looking.
      background.run(async () => void (await work(signal)));
    }
  });
}
