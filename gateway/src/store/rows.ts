/** Rows as the rest of the gateway sees them: camelCase, parsed, times in UTC epoch milliseconds. */
import type { Address } from "@praktor/protocol/address";
import type { FailureCode, Usage } from "@praktor/protocol/agent-output";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { CatchUp, ContextMode, Overlap, RunState, Schedule, TaskStatus } from "@praktor/protocol/tasks";

/** `member`: of a swarm. `task`: of a task with a sandbox of its own. Both are hidden: in no list of groups. */
export type GroupKind = "chat" | "member" | "task";

export interface Group {
  id: string;
  name: string;
  folder: string;
  isMain: boolean;
  model: string | null;
  kind: GroupKind;
  /** A hidden group's: who asked for it, and whom its usage counts for. */
  parentId: string | null;
  /** A hidden group's: the group whose workspace it sees; a `task` writes there, a `member` only reads. */
  filesOf: string | null;
  /** A `member`'s. */
  swarmId: string | null;
  /** Dollars a day; null: no limit. */
  dayBudgetUsd: number | null | "default";
  /** What its sandbox may reach; null: as the settings say. */
  network: NetworkPolicy | null;
  networkAllow: string[];
  /** Hosts that its sandbox reaches only after a person's yes. */
  approvalHosts: string[];
  createdAt: number;
}

export type ConversationKind = "chat" | "topic" | "page" | "task_run" | "member";

export interface Conversation {
  id: string;
  groupId: string;
  kind: ConversationKind;
  address: Address;
  title: string;
  /** Claude's session, resumed by the next turn; null starts a fresh one. */
  sessionId: string | null;
  createdAt: number;
}

export type MessageRole = "user" | "assistant" | "notice";
export type DeliveryState = "pending" | "sent" | "failed" | "uncertain";

export interface Message {
  id: number;
  groupId: string;
  conversationId: string;
  turnId: string | null;
  role: MessageRole;
  /** `user:<id>`, `agent`, `praktor`, `scheduler`. */
  sender: string;
  content: string;
  metadata: Record<string, unknown>;
  createdAt: number;
  /** From the message's outbox rows: the worst of them; null where it has none. */
  delivery: DeliveryState | null;
  /** Why a part of it failed, or is uncertain. */
  deliveryError: string | null;
}

export type TurnState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** `start_failed`: no sandbox could be had. `lost`: the sandbox died more often than a turn is tried. `timeout`: past its deadline. `not_needed`: a pre-check found nothing to do, or a run was left out for want of budget. */
export type TurnErrorCode =
  | FailureCode
  | "start_failed"
  | "lost"
  | "timeout"
  | "no_credential"
  | "not_needed"
  | "workspace_full";

export interface Turn {
  id: string;
  groupId: string;
  conversationId: string;
  state: TurnState;
  /** `user:<id>` of the first message, `scheduler`, `swarm`. */
  sender: string;
  /** Claims so far; 0 while it was never claimed. Facts are numbered within it. */
  attempt: number;
  /** Claims that count against the limit of tries: `attempt` less those that were taken back (`requeue` without `countAttempt`). */
  tries: number;
  /** Lease: the gateway's epoch that claimed it, and the generation of the sandbox that it was given to. */
  leaseEpoch: number | null;
  sandboxGeneration: number | null;
  /** When the runner accepted this attempt; null: it may be sent again safely. */
  acceptedAt: number | null;
  /** An earlier attempt was accepted and cut: the agent is told. */
  interrupted: boolean;
  deadlineAt: number | null;
  /** Not claimed before this moment (retry backoff). */
  notBefore: number | null;
  cancelRequested: boolean;
  errorCode: TurnErrorCode | null;
  error: string | null;
  queuedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  usage: Usage | null;
}

export type OutboxState = "pending" | "sending" | "sent" | "failed" | "uncertain";

/** What one outgoing part carries; formatted before it is stored, so that a repeat is the same. */
export type OutboxBody =
  | { type: "text"; html: string; plain: string; replyTo?: number; buttons?: { text: string; data: string }[][] }
  /** A file of the workspace at `path`; or the text in `content`, where it is no file yet. */
  | { type: "file"; path: string; name: string; caption?: string; content?: string };

export interface OutboxPart {
  id: number;
  /** Both null for words to a chat that has no conversation (yet). */
  conversationId: string | null;
  groupId: string | null;
  messageId: number | null;
  address: Address;
  /** Order within one message. */
  part: number;
  body: OutboxBody;
  /** Set: the part replaces this message of the channel by an edit, which is idempotent. */
  editOf: string | null;
  state: OutboxState;
  attempts: number;
  /** Not sent before this moment (`retry_after`, backoff). */
  notBefore: number;
  /** The channel's id of the sent message: the proof. */
  externalId: string | null;
  /** True when it may have been sent twice: it went out again after an uncertain first try. */
  repeated: boolean;
  error: string | null;
  createdAt: number;
  sentAt: number | null;
}

/** A question that people answer with a button; asked once, answered once. */
export interface Approval {
  id: string;
  groupId: string;
  conversationId: string;
  turnId: string | null;
  key: string;
  /** Markdown. */
  question: string;
  choices: { id: string; label: string }[];
  /** `void`: what it was about is over. */
  state: "open" | "chosen" | "expired" | "void";
  choice: string | null;
  /** `telegram:<user id>` or `page`. */
  answeredBy: string | null;
  /** The message that asks it. */
  messageId: number;
  expiresAt: number;
  createdAt: number;
  settledAt: number | null;
}

export interface SandboxRow {
  id: string;
  groupId: string;
  generation: number;
  engineId: string | null;
  status: "starting" | "running" | "stopping" | "stopped";
  tokenHash: string;
  /** The current NATS user, so that it can be revoked. */
  natsUser: string | null;
  /** Its group's secrets have changed since it was started. */
  isOutdated: boolean;
  startedAt: number;
  lastActiveAt: number;
  stoppedAt: number | null;
  /** Why it stopped, when that was not wanted. */
  error: string | null;
}

export interface TurnEvent {
  turnId: string;
  attempt: number;
  seq: number;
  type: string;
  /** The fact without its type and numbers. */
  data: Record<string, unknown>;
  createdAt: number;
}

export interface Task {
  id: string;
  groupId: string;
  name: string;
  schedule: Schedule;
  /** IANA. */
  timezone: string;
  prompt: string;
  contextMode: ContextMode;
  status: TaskStatus;
  overlap: Overlap;
  catchUp: CatchUp;
  graceMs: number;
  /** Null: the group's. */
  model: string | null;
  /** Null: `agent.max_turns`. */
  maxTurns: number | null;
  /** Of each try, from its claim on. Null: `agent.turn_timeout`. */
  maxDurationMs: number | null;
  /** Of one run with all its tries. Null: no limit of its own. */
  maxCostUsd: number | null;
  /** A command whose output wakes the agent. Null: each run does. */
  preCheck: string | null;
  mayManageTasks: boolean;
  /** Its runs work in a hidden group, on the group's files. */
  ownSandbox: boolean;
  /** Intervals count from here. */
  anchorAt: number;
  /** Null: it will not run by itself again. */
  nextRunAt: number | null;
  /** For when the newest run was due that is over. */
  lastRunAt: number | null;
  lastStatus: RunState | null;
  lastError: string | null;
  failuresInRow: number;
  createdAt: number;
  updatedAt: number;
}

export interface TaskRun {
  id: string;
  taskId: string;
  groupId: string;
  scheduledFor: number;
  trigger: "schedule" | "manual";
  state: RunState;
  /** Turns that were queued for it. */
  tries: number;
  error: string | null;
  conversationId: string | null;
  turnId: string | null;
  messageId: number | null;
  /** What the pre-check printed; null before it wanted the agent. */
  checkOutput: string | null;
  claimedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}
