/** One sandbox as the pool keeps it, and as others see it. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { SandboxPlace } from "../sandbox/sandbox.ts";
import type { GroupKind } from "../store/rows.ts";

export interface PooledGroup {
  id: string;
  folder: string;
  /** Whose share of places its sandbox counts to. */
  kind: GroupKind;
}

/** Members of swarms have places of their own, so that chats and tasks are never starved by them. */
export type Share = "chats" | "swarms";

export const shareOf = (kind: GroupKind): Share => (kind === "member" ? "swarms" : "chats");

export type PooledStatus = "starting" | "running" | "stopping" | "stopped" | "failed";

export interface PooledSandbox {
  groupId: string;
  sandboxId: string;
  generation: number;
  status: "starting" | "running" | "stopping";
  startedAt: number;
  /** As it was started; undefined while that is not settled, and for one that an older Praktor started. */
  network?: NetworkPolicy | undefined;
}

export interface PoolEntry extends PooledSandbox {
  folder: string;
  share: Share;
  lastActiveAt: number;
  place: SandboxPlace | null;
  /** Ends a start that is no longer wanted. */
  cancel: AbortController;
  /** Settles when the engine has started it or will not: before that there is nothing to stop. */
  launched: Promise<void>;
  /** Resolves with the runner's first word; rejects when the start failed. */
  ready: PromiseWithResolvers<void>;
  /** Rejects when it ended before that. Only for whoever starts it: those who wait hear it with its last words, once it is being cleaned up. */
  died: PromiseWithResolvers<never>;
  stopped: Promise<void> | null;
}

/** An entry that starts now. */
export function newPoolEntry(
  group: PooledGroup,
  sandbox: { sandboxId: string; generation: number; startedAt: number },
  now: number,
): PoolEntry {
  const died = Promise.withResolvers<never>();
  // It may reject while nobody looks.
  died.promise.catch(() => {});
  return {
    groupId: group.id,
    folder: group.folder,
    share: shareOf(group.kind),
    ...sandbox,
    status: "starting",
    lastActiveAt: now,
    place: null,
    cancel: new AbortController(),
    launched: Promise.resolve(),
    ready: Promise.withResolvers<void>(),
    died,
    stopped: null,
  };
}
