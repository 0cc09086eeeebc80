/**
 * What the store promises, as interfaces: services take the one they need, and a store on another database must pass the same tests.
 * Every method is one transaction. Methods that find nothing return null or an empty list; they reject only when the database fails,
 * with a `PraktorError<StoreErrorCode>`: `store_full` (nothing was stored; the same call works again once there is space) or `store_failed`.
 */
import type { ApprovalStore } from "./contract/approval-store.ts";
import type { AuditStore } from "./contract/audit-store.ts";
import type { ConversationStore } from "./contract/conversation-store.ts";
import type { GroupStore } from "./contract/group-store.ts";
import type { InboxStore } from "./contract/inbox-store.ts";
import type { MessageStore } from "./contract/message-store.ts";
import type { OutboxStore } from "./contract/outbox-store.ts";
import type { RunStore } from "./contract/run-store.ts";
import type { SandboxStore } from "./contract/sandbox-store.ts";
import type { SettingStore } from "./contract/setting-store.ts";
import type { SwarmStore } from "./contract/swarm-store.ts";
import type { TaskStore } from "./contract/task-store.ts";
import type { TroubleStore } from "./contract/trouble-store.ts";
import type { TurnStore } from "./contract/turn-store.ts";
import type { UsageStore } from "./contract/usage-store.ts";
import type { VaultStore } from "./contract/vault-store.ts";

export interface RunsKept {
  /** Since their end. */
  forMs: number;
  /** Of each task, the newest. */
  ofTask: number;
}

/** What `prune` removed. */
export interface Pruned {
  turnEvents: number;
  taskRuns: number;
  /** Conversations of runs that are forgotten, with their messages and turns. */
  runConversations: number;
  inbox: number;
  idempotencyKeys: number;
  approvals: number;
}

/** The open database. `health` writes and reads a row, so that a full disk is seen. */
export interface Store extends AsyncDisposable {
  readonly groups: GroupStore;
  readonly conversations: ConversationStore;
  readonly inbox: InboxStore;
  readonly messages: MessageStore;
  readonly turns: TurnStore;
  readonly outbox: OutboxStore;
  readonly sandboxes: SandboxStore;
  readonly settings: SettingStore;
  readonly approvals: ApprovalStore;
  readonly usage: UsageStore;
  readonly troubles: TroubleStore;
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  readonly vault: VaultStore;
  readonly audit: AuditStore;
  readonly swarms: SwarmStore;
  health(): Promise<{ ok: boolean; detail: string }>;
  /**
   * Forgets what is no longer needed: events of turns that ended more than 30 days ago, runs of tasks that ended longer ago or are more
   * than the settings keep, with their conversations, update ids older than 3 days, idempotency keys older than 24 hours, questions
   * to people that were settled more than 30 days ago. For once a day; works in short transactions, so that others get their turn.
   */
  prune(runsKept: RunsKept): Promise<Pruned>;
}
