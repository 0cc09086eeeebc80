/** What the web needs of the rest of the gateway; the composition root hands it in. */
import type { ApprovalView } from "@praktor/protocol/approvals";
import type { EventMessage } from "@praktor/protocol/events";
import type { Instructions } from "@praktor/protocol/instructions";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { PairingOffer, PeopleView } from "@praktor/protocol/pairing";
import type { AgentView, FilesUsed, GroupCreate, Health, StatusView, TurnView } from "@praktor/protocol/rest";
import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import type {
  SwarmBoardEntry,
  SwarmCreate,
  SwarmLimits,
  SwarmMessageView,
  SwarmRunView,
  SwarmTeam,
  SwarmTemplateView,
} from "@praktor/protocol/swarm";
import type { Fault } from "@praktor/protocol/issue-words";
import type { SchedulePreview, TaskCreate, TaskRunView, TaskUpdate, TaskView } from "@praktor/protocol/tasks";
import type { SecretDelivery, VaultChange, VaultView } from "@praktor/protocol/vault";
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import type { Actor } from "../kit/audit.ts";
import type { ApprovalStore } from "../store/contract/approval-store.ts";
import type { AuditStore } from "../store/contract/audit-store.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { MessageStore } from "../store/contract/message-store.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";
import type { TroubleStore } from "../store/contract/trouble-store.ts";
import type { TurnStore } from "../store/contract/turn-store.ts";
import type { UsageStore } from "../store/contract/usage-store.ts";
import type { Group, Message, Turn } from "../store/rows.ts";

export interface WebStore {
  readonly groups: Pick<GroupStore, "get" | "list" | "update" | "activity">;
  readonly conversations: Pick<ConversationStore, "get" | "list">;
  readonly messages: Pick<MessageStore, "page" | "search">;
  readonly usage: Pick<UsageStore, "days">;
  readonly troubles: TroubleStore;
  readonly audit: Pick<AuditStore, "page">;
  readonly approvals: Pick<ApprovalStore, "tools" | "setTools" | "ofMessages">;
  readonly turns: Pick<TurnStore, "get" | "events" | "work">;
  /** Keeps who is signed in over a restart. */
  readonly settings: Pick<SettingStore, "get" | "set">;
}

interface SubmittedMessage {
  groupId: string;
  text: string;
  /** Absent: the group's page conversation. Always one of the group's own. */
  conversationId?: string;
  /** A repeat in the same conversation gets the first outcome again. */
  idempotencyKey?: string;
  sender: string;
  /** Paths in the group's workspace. */
  files?: readonly string[];
}

/** Whatever rejects with a `PraktorError` is shown with its message; anything else is a 500 without detail. */
export interface WebActions {
  registerGroup(
    group: GroupCreate,
  ): Promise<{ type: "created"; group: Group } | { type: "taken_id" } | { type: "taken_folder" }>;
  submit(message: SubmittedMessage): Promise<{ message: Message; turn: Turn }>;
  /** False when there is no such turn, or it has ended. */
  stopTurn(turnId: string): Promise<boolean>;
  /** Its sandbox is up, or joins a start in progress. Rejects as the sandbox does; false when there is no such group. */
  startAgent(groupId: string): Promise<boolean>;
  /** False when the group has no agent that runs. */
  stopAgent(groupId: string): Promise<boolean>;
  /** What its sandbox prints and uses, until it ends or the signal aborts; null where none runs. */
  watchAgent(groupId: string, onFrame: (frame: SandboxFrame) => void, signal: AbortSignal): Promise<void> | null;
  /** The next message begins a fresh Claude session; false when the group has no such conversation. */
  newSession(groupId: string, conversationId: string): Promise<boolean>;
  liveTurns(groupId: string): Promise<TurnView[]>;
  agents(): Promise<AgentView[]>;
  /** As it was last measured. */
  filesUsed(groupId: string): Promise<FilesUsed | null>;
  status(): Promise<StatusView>;
  health(): Promise<Health[]>;
}

/** Scheduled tasks. Rejects with `not_found`, or with `invalid` and what would be right. */
export interface WebTasks {
  list(groupId?: string): Promise<TaskView[]>;
  get(id: string): Promise<TaskView>;
  create(task: TaskCreate): Promise<TaskView>;
  update(id: string, change: TaskUpdate): Promise<TaskView>;
  remove(id: string): Promise<void>;
  run(id: string): Promise<TaskRunView>;
  history(id: string, limit?: number): Promise<TaskRunView[]>;
  preview(schedule: string, timezone?: string): SchedulePreview;
  /** Of a request that is refused already: what else is wrong with its schedule and zone. */
  faults(request: unknown): Fault[];
}

/** Runs of swarms and templates of teams. Rejects with `not_found`, `conflict`, or `invalid` and why a team cannot run. */
export interface WebSwarms {
  list(limit: number): Promise<SwarmRunView[]>;
  get(id: string): Promise<SwarmRunView>;
  start(wish: SwarmCreate): Promise<SwarmRunView>;
  cancel(id: string): Promise<SwarmRunView>;
  replay(id: string): Promise<SwarmRunView>;
  remove(id: string): Promise<void>;
  messages(id: string, after?: number): Promise<SwarmMessageView[]>;
  board(id: string): Promise<SwarmBoardEntry[]>;
  /** Of a run that asks for none. */
  limits(): Promise<SwarmLimits>;
  templates(): Promise<SwarmTemplateView[]>;
  saveTemplate(name: string, team: SwarmTeam): Promise<SwarmTemplateView>;
  removeTemplate(name: string): Promise<void>;
}

/** A group's files. Rejects with a `PraktorError` whose code is one of the workspace's or the sandbox's. */
export interface WebWorkspace {
  list(
    groupId: string,
    path: string,
    signal: AbortSignal,
  ): Promise<{ entries: readonly WorkspaceEntry[]; truncated: boolean }>;
  /** Whoever gets the stream reads it to its end or cancels it. */
  read(
    groupId: string,
    path: string,
    signal: AbortSignal,
  ): Promise<{ entry: WorkspaceEntry; stream: ReadableStream<Uint8Array> }>;
  write(
    groupId: string,
    path: string,
    stream: ReadableStream<Uint8Array>,
    signal: AbortSignal,
  ): Promise<WorkspaceEntry>;
}

/** The instructions of all groups. `write` rejects with `conflict` when they are no longer of that version. */
export interface WebInstructions {
  read(): Promise<Instructions>;
  write(text: string, version: string): Promise<Instructions>;
}

/** What was spent, by the days of the installation's zone. */
export interface WebSpending {
  readonly timeZone: string;
  today(): string;
  /** The budgets of all groups together, and of those that are given. */
  states(groups: readonly Group[]): {
    scope: "group_day" | "day" | "month";
    groupId: string | null;
    limitUsd: number;
    usedUsd: number;
    state: "fine" | "near" | "spent";
  }[];
}

/** Letting people in over Telegram. */
export interface WebPairing {
  view(): PeopleView;
  offer(): Promise<PairingOffer>;
  /** False when nobody of that id waits. */
  letIn(userId: string): Promise<boolean>;
  /** What they have begun ends with it. False when nobody of that id was paired. */
  remove(userId: string): Promise<boolean>;
}

/** What the groups' sandboxes may reach. */
export interface WebNetwork {
  readonly defaultPolicy: NetworkPolicy;
  /** Why policies do not hold here; null where they do. */
  readonly notEnforced: string | null;
  isPending(groupId: string): boolean;
  /** Newest first. */
  refused(groupId: string): { host: string; reason: string; at: number }[];
  /** The group's policy or list was changed. */
  changed(groupId: string): Promise<void>;
}

/** Secrets for agents. Rejects with a `PraktorError` that may be shown. */
export interface WebVault {
  view(): Promise<VaultView>;
  set(name: string, value: string, actor: Actor): Promise<VaultChange>;
  remove(name: string, actor: Actor): Promise<VaultChange>;
  assign(
    name: string,
    groupId: string,
    place: { delivery: SecretDelivery; target: string | undefined },
    actor: Actor,
  ): Promise<VaultChange>;
  unassign(name: string, groupId: string, actor: Actor): Promise<VaultChange>;
}

/** Takes known secrets out of a text, or of all texts in a value. */
export interface WebRedactor {
  redact(text: string): string;
  redactDeep(value: unknown): unknown;
}

/** Questions that wait for a person. `choose` rejects with `not_found`, `invalid` or `conflict`. */
export interface WebApprovals {
  open(): Promise<ApprovalView[]>;
  choose(id: string, choice: string, by: { type: "page" }): Promise<unknown>;
}

export interface WebEvents {
  /** Calls the listener for every event from now on, until the returned function is called. */
  subscribe(listener: (topic: string, message: EventMessage) => void): () => void;
}
