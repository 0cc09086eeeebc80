/**
 * What the store promises, as interfaces: services take the one they need, and a store on another database must pass the same tests.
 * Every method is one transaction. Methods that find nothing return null or an empty list; they reject only when the database fails,
 * with a `PraktorError<StoreErrorCode>`: `store_full` (nothing was stored; the same call works again once there is space) or `store_failed`.
 */
import type { Address } from "@praktor/protocol/address";
import type { FactOutput } from "@praktor/protocol/agent-output";
import type { ActorType, AuditEntry } from "../kit/audit.ts";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type {
  Approval,
  Conversation,
  ConversationKind,
  DeliveryState,
  Group,
  Message,
  OutboxBody,
  OutboxPart,
  SandboxRow,
  Task,
  TaskRun,
  Turn,
  TurnErrorCode,
  TurnEvent,
} from "./rows.ts";
import type { SwarmStore } from "./swarm-contract.ts";

/** `store_unusable`, `store_corrupt`, `store_too_new`, `store_migration`: opening was refused. `address_taken`: see `ensure`.
 * `unknown_conversation`: a message to one that does not exist. */
export type StoreErrorCode =
  | "store_full"
  | "store_failed"
  | "store_unusable"
  | "store_corrupt"
  | "store_too_new"
  | "store_migration"
  | "address_taken"
  | "unknown_conversation";

export interface NewGroup {
  id: string;
  name: string;
  folder: string;
  isMain?: boolean;
  model?: string | null;
}

export interface GroupChange {
  name?: string;
  model?: string | null;
  isMain?: boolean;
  network?: NetworkPolicy | null;
  networkAllow?: string[];
  dayBudgetUsd?: Group["dayBudgetUsd"];
}

export interface GroupStore {
  /** `taken_id` / `taken_folder` instead of a row when that is so; making a second main group moves the mark. */
  create(group: NewGroup): Promise<{ type: "created"; group: Group } | { type: "taken_id" } | { type: "taken_folder" }>;
  get(id: string): Promise<Group | null>;
  /** The ones that are chats. */
  list(): Promise<Group[]>;
  /** The hidden ones too. */
  all(): Promise<Group[]>;
  /** The hidden group of a task with a sandbox of its own: it works in the task's group's workspace. Made by the first call. */
  ofTask(task: { id: string; name: string; groupId: string }): Promise<Group>;
  /** A hidden group with all its conversations, turns, messages and sandboxes' rows; what it used counts for its parent from now on. False: no such hidden group. */
  removeHidden(id: string): Promise<boolean>;
  update(id: string, change: GroupChange): Promise<Group | null>;
  /** Messages and last activity by group, in one query. */
  activity(): Promise<Map<string, { messageCount: number; lastActiveAt: number | null }>>;
}

export interface ConversationStore {
  get(id: string): Promise<Conversation | null>;
  /** Without the ones of tasks' runs, of which there are many. */
  list(groupId: string): Promise<Conversation[]>;
  /**
   * The conversation of a group at an address (the group's page, a chat, a topic); made on first use. A `task_run` or `member`, and
   * whatever has no address, is made anew by each call. A Telegram chat or topic belongs to one group: another's rejects with `address_taken`.
   */
  ensure(group: { groupId: string; kind: ConversationKind; address: Address; title: string }): Promise<Conversation>;
  /** The conversation at an address, whatever its group: how a Telegram chat finds its group. Null for `web` and `none`, which name no single one. */
  byAddress(address: Address): Promise<Conversation | null>;
  /** What a turn that runs now reports of its session is then ignored: a fresh one stays fresh. */
  setSession(id: string, sessionId: string | null): Promise<void>;
}

/** Parts for an address that nothing is delivered to (`web`, `none`) are not stored: the message itself is what the page shows. */
export interface NewOutboxPart {
  body: OutboxBody;
  /** Replaces this message by an edit; words of a turn are a new message all the same where something else for the chat is still unsent. */
  editOf?: string;
}

export interface NewMessage {
  conversationId: string;
  sender: string;
  content: string;
  metadata?: Record<string, unknown>;
}

/** What an update does to a message that still waits, in place of queueing one of its own. Found by its metadata under `telegram`. */
export type QueuedChange =
  | { type: "replace"; messageId: number; content: string; metadata: Record<string, unknown> }
  /** Content, context and files are put behind what is there; the turn waits until `notBefore` for more, where it waits at all. */
  | { type: "append"; album: string; content: string; metadata: Record<string, unknown>; notBefore: number };

export interface Received {
  message: Message;
  turn: Turn;
}

export interface InboxStore {
  /** Whether this update was received before: asked before a command is carried out, whose effect cannot be taken back. */
  isKnown(source: string, updateId: number): Promise<boolean>;
  /**
   * One transaction: the update's row, the message and its queued turn. A message joins the conversation's queued turn where there is
   * one of the same kind of sender that was never claimed (`attempt` 0), is the conversation's last and would hold at most 20 messages and
   * 200,000 characters; otherwise it opens a new one.
   * `duplicate` when `(source, updateId)` was received within the last 3 days (Telegram keeps updates for one; after a quiet week its
   * ids start anew, so older rows are forgotten). Without `message` only the update's row (and `reply`) is written: a refusal, an unknown kind.
   */
  receive(update: {
    source: string;
    updateId: number;
    message?: NewMessage;
    /** Tried first: only when no message waits that it could change, `message` is queued. */
    instead?: QueuedChange;
    /** A turn that `message` opens is not claimed before this moment. */
    notBefore?: number;
    /** The message's turn is claimed with it, where it is the next of its conversation: one commit instead of two. */
    claim?: Omit<TurnClaim, "conversationId">;
    /** Praktor's own words to the sender's address, delivered through the outbox, with no turn. `conversationId` null where none exists yet. */
    reply?: { address: Address; conversationId: string | null; parts: NewOutboxPart[] };
  }): Promise<{ type: "duplicate" } | { type: "received"; received: Received | null }>;
  /**
   * A message that has no update id: from the page, the scheduler, a swarm. `idempotencyKey` makes a repeat to the same conversation
   * within 24 hours return the first outcome (`repeated: true`), the rows as they are now.
   */
  submit(
    message: NewMessage & { idempotencyKey?: string; role?: "user" | "notice" },
  ): Promise<Received & { repeated: boolean }>;
}

export interface MessageHit {
  message: Message;
  /** The words around what matched, in order. */
  snippet: { text: string; hit: boolean }[];
}

export interface MessageStore {
  /**
   * Newest page, oldest first. `before` is a message id; with `after`, also one, the page that follows it. Without a conversation: of all
   * but the ones of tasks' runs.
   */
  page(query: {
    groupId: string;
    conversationId?: string;
    before?: number;
    after?: number;
    limit: number;
  }): Promise<Message[]>;
  /** Newest first; every word of `query` begins a word of the message. None for a query without words. */
  search(query: { query: string; groupId?: string; limit: number }): Promise<MessageHit[]>;
  byTurn(turnId: string): Promise<Message[]>;
  /** The newest of all groups, newest first, without those of tasks' runs. */
  recent(limit: number): Promise<Message[]>;
  /** A notice of Praktor itself (or words of the agent before its answer), with outbox parts where the conversation has an address to deliver to. */
  notice(notice: {
    conversationId: string;
    turnId?: string;
    role?: "notice" | "assistant";
    metadata?: Record<string, unknown>;
    content: string;
    parts: NewOutboxPart[];
  }): Promise<Message>;
  /** The same, and a repeat with the same key to the same conversation within 24 hours returns the first one. */
  noticeOnce(
    notice: Parameters<MessageStore["notice"]>[0],
    key: string,
  ): Promise<{ message: Message; repeated: boolean }>;
}

export type FactOutcome = "applied" | "duplicate" | "stale" | "unknown";

export interface TurnClaim {
  conversationId: string;
  epoch: number;
  deadlineAt: number;
}

export interface TurnStore {
  get(id: string): Promise<Turn | null>;
  /** Queued and running turns, oldest first. */
  open(groupId?: string): Promise<Turn[]>;
  /** Conversations that have a queued turn, none running, and `notBefore` passed; longest waiting first. */
  runnable(): Promise<{ conversationId: string; groupId: string; queuedAt: number }[]>;
  /** The nearest `notBefore` among queued turns that wait for it, to set one timer. */
  nextWakeUp(): Promise<number | null>;
  /** Claims the conversation's oldest queued turn: running, attempt + 1, lease. Null when one runs already, none waits, or the oldest must wait (`notBefore`). */
  claim(claim: TurnClaim): Promise<Turn | null>;
  /** The generation of the sandbox that the turn is about to be sent to. */
  assign(turnId: string, attempt: number, generation: number): Promise<void>;
  /** The runner has it. */
  accepted(turnId: string, attempt: number): Promise<void>;
  /** Takes a running turn over into this gateway's epoch. */
  adopt(turnId: string, epoch: number): Promise<void>;
  /**
   * Stores a fact that changes no turn state (`started`, `tool`, `restart`, `notice`), once by `(turnId, attempt, seq)`. `started` also
   * stores the conversation's session id. `stale`: the turn is not running in that attempt. `unknown`: no such turn in that group.
   */
  record(groupId: string, fact: Exclude<FactOutput, { type: "result" }>): Promise<FactOutcome>;
  /** `result` in one transaction: the event, the answer's message, its outbox parts, the turn succeeded, session id, usage. */
  succeed(
    groupId: string,
    fact: Extract<FactOutput, { type: "result" }>,
    parts: NewOutboxPart[],
  ): Promise<{ outcome: Exclude<FactOutcome, "applied"> } | { outcome: "applied"; turn: Turn; message: Message }>;
  /** Ends a running or queued turn as failed (or cancelled) with an explanation to the person, in one transaction. Null when it had ended before, or is in another attempt. */
  end(end: {
    turnId: string;
    /** Only when the turn is in this attempt; absent: the fact's attempt, or whatever it is in. */
    attempt?: number;
    /** Set when a runner's `failed` fact is the cause: stored once, like `record`. */
    fact?: Extract<FactOutput, { type: "failed" }>;
    state: "failed" | "cancelled";
    code: TurnErrorCode;
    /** Detail for page and log. */
    error: string;
    /** The sentence to the person; with its parts for the conversation's address. */
    explanation: string;
    parts: NewOutboxPart[];
  }): Promise<{ turn: Turn; message: Message } | null>;
  /**
   * Back to `queued`, in its place before younger turns; `interrupted` when the attempt had been accepted (it stays so for later attempts).
   * `countAttempt: false` takes the try back from `tries`; `attempt` never goes back, because facts are numbered within it.
   */
  requeue(
    turnId: string,
    attempt: number,
    again: { interrupted: boolean; notBefore: number | null; error: string | null; countAttempt: boolean },
  ): Promise<Turn | null>;
  /** Marks it; the dispatcher ends it. */
  requestCancel(turnId: string): Promise<Turn | null>;
  /** Events of one turn's current attempt, by seq. */
  events(turnId: string): Promise<TurnEvent[]>;
  /** The tools called in the last attempts of ended turns, and how long each turn ran; without those that called none. */
  work(turnIds: readonly string[]): Promise<Map<string, { steps: number; durationMs: number }>>;
}

export interface OutboxStore {
  /**
   * Chats (`telegram:<chatId>`, whatever the topic) that have something to send now, with the oldest such row's time; at most one entry per chat. A chat whose first unsent part must still wait is left out:
   * order within a chat is kept.
   */
  ready(channel: Address["channel"]): Promise<{ chatKey: string; since: number }[]>;
  nextWakeUp(channel: Address["channel"]): Promise<number | null>;
  /** The chat's first unsent part, now `sending` with attempts + 1, in one committed transaction before it is sent. Null: nothing to send, or it must wait. */
  take(chatKey: string): Promise<OutboxPart | null>;
  sent(id: number, externalId: string): Promise<OutboxPart | null>;
  /** Refused for now; nothing was sent: `pending` again, not before `notBefore`. `body` replaces it (plain text instead of markup). */
  retry(
    id: number,
    /** `asNew`: the message that it would have edited is gone. */
    again: { notBefore: number; error: string; body?: OutboxBody; asNew?: boolean },
  ): Promise<void>;
  /** It may or may not have gone out. First time: marked `repeated` and pending again. Second time: `uncertain` for good. An edit is plainly pending again, each time. */
  uncertain(id: number, error: string, notBefore: number): Promise<OutboxPart | null>;
  failed(id: number, error: string): Promise<OutboxPart | null>;
  /** On start: rows left in `sending` by an earlier life go out again, marked unless they are edits, however often that happens: one repeat for each end of a life. Returns how many. */
  recover(): Promise<number>;
  /** The chat with all its topics may not be sent to before this moment; an earlier moment than one set before changes nothing. */
  holdChat(chatKey: string, notBefore: number): Promise<void>;
  /** Whether a part of the chat, sent or not, replaces this message by an edit. */
  isEdited(chatKey: string, externalId: string): Promise<boolean>;
}

export interface ApprovalStore {
  /** The question with its message, once for a group's `key`: asked again, the first comes back, with no message. */
  ask(question: {
    groupId: string;
    conversationId: string;
    turnId: string | null;
    key: string;
    question: string;
    choices: readonly { id: string; label: string }[];
    expiresAt: number;
    /** The question's parts for the conversation's address; the id is what their buttons name. */
    parts: (id: string) => NewOutboxPart[];
  }): Promise<{ approval: Approval; message: Message | null }>;
  get(id: string): Promise<Approval | null>;
  /** Oldest first. */
  open(): Promise<Approval[]>;
  /** Null when it was settled before. `body` takes the question's place in the chat, where it has one. */
  settle(
    id: string,
    end: { state: "chosen" | "expired" | "void"; choice: string | null; by: string | null; body: OutboxBody | null },
  ): Promise<Approval | null>;
  /** Patterns of the tools that people are asked about before a group's agent uses them. */
  tools(groupId: string): Promise<string[]>;
  setTools(groupId: string, tools: readonly string[]): Promise<void>;
}

export interface SandboxStore {
  /** A new row in `starting`, generation = the group's last + 1; older rows of the group that are not stopped become stopped. */
  begin(sandbox: { id: string; groupId: string; tokenHash: string }): Promise<SandboxRow>;
  running(id: string, engineId: string): Promise<void>;
  stopped(id: string, error: string | null): Promise<void>;
  setNatsUser(id: string, userPublicKey: string): Promise<void>;
  touch(id: string): Promise<void>;
  /** Null for a stopped sandbox as well: its token is void. */
  byTokenHash(tokenHash: string): Promise<SandboxRow | null>;
  get(id: string): Promise<SandboxRow | null>;
  /** Not stopped. */
  live(): Promise<SandboxRow[]>;
}

export interface SettingStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** Adds one and returns it: the gateway's epoch. */
  increment(key: string): Promise<number>;
}

/** One model call as the proxy metered it. */
export interface NewModelCall {
  groupId: string;
  /** The group whose budget pays for it: its own, or a hidden group's parent. */
  chargedGroupId: string;
  turnId: string | null;
  conversationId: string | null;
  taskId: string | null;
  swarmId: string | null;
  model: string;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  /** Of both lives; `cacheWrite1hTokens` are those of the longer one. */
  cacheWriteTokens: number;
  cacheWrite1hTokens: number;
  /** Null where no price is known. */
  costUsd: number | null;
  /** What budgets count. */
  countedUsd: number;
  status: number;
  durationMs: number;
  at: number;
  /** The calendar day in the installation's zone, `2026-11-22`. */
  day: string;
}

export interface UsageSum {
  calls: number;
  /** Of models without a known price: `costUsd` leaves them out. */
  unpricedCalls: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number;
}

export interface UsageDay extends UsageSum {
  day: string;
  /** The group that is charged. */
  groupId: string;
  model: string;
  countedUsd: number;
}

export interface UsageStore {
  /** A call that used nothing (it was refused, or failed) is kept and not added up. */
  record(call: NewModelCall): Promise<void>;
  /** The sums by day, group and model, from that day on, oldest first. */
  days(since: string): Promise<UsageDay[]>;
  /** What a turn, a task with all its runs, or a swarm used. */
  of(what: { turnId: string } | { taskId: string } | { swarmId: string }): Promise<UsageSum>;
}

export interface TroubleStore {
  /** Failed turns and troubled deliveries since a moment, newest first. */
  list(
    since: number,
    limit: number,
  ): Promise<
    {
      kind: "turn_failed" | "delivery_failed" | "delivery_uncertain";
      groupId: string;
      conversationId: string;
      messageId: number | null;
      detail: string;
      at: number;
    }[]
  >;
}

export type NewTask = Omit<
  Task,
  "lastRunAt" | "lastStatus" | "lastError" | "failuresInRow" | "createdAt" | "updatedAt"
> & {
  /** Of the request that makes it, where that may come twice. */
  requestKey?: string;
};

/** What queues a run's turn: where it is said, and the words about its occasion. */
export interface RunStart {
  runId: string;
  turnId: string;
  /** Where the turn works, when that is not the task's group but a hidden one for it. */
  groupId?: string;
  /** The group's chat for `context_mode: group`; null makes a conversation of the run's own. */
  conversationId: string | null;
  /** Stands before the prompt. */
  context: string;
}

/** Words of a task in the group's chat, stored with what they tell of. */
export interface TaskWord {
  conversationId: string;
  role: "assistant" | "notice";
  content: string;
  parts: readonly NewOutboxPart[];
}

export interface StartedRun {
  run: TaskRun;
  message: Message;
  turn: Turn;
}

/** A run whose turn has ended, and what the turn said at its end. */
export interface EndedRun {
  run: TaskRun;
  task: Task;
  turn: Turn;
  word: Message | null;
}

export interface TaskStore {
  /** The task that an earlier request of the group with the same `requestKey` made, where there is one. */
  create(task: NewTask): Promise<Task>;
  get(id: string): Promise<Task | null>;
  /** Oldest first. */
  list(groupId?: string): Promise<Task[]>;
  /** Active tasks that have a next run. */
  pending(): Promise<number>;
  update(id: string, change: Partial<Omit<NewTask, "id" | "groupId" | "requestKey">>): Promise<Task | null>;
  /** With its runs. Turns that run for it are not ended. False: there was none. */
  remove(id: string): Promise<boolean>;
  /** Active tasks whose next run is not after `now`, the longest due first. */
  due(now: number, limit: number): Promise<Task[]>;
  nextDueAt(): Promise<number | null>;
}

export interface RunStore {
  /**
   * One transaction: the task moves on to `nextRunAt`, and what was due gets its row. With `start` that is a run with a queued turn; where
   * another run of the task is open, `overlap` decides between a `waiting` one (at most `maxWaiting`) and a skipped one. `missed` are skipped.
   * Null, and nothing is done, when the task is no longer active or its next run is another than `dueAt`. A moment that has its row gets no second.
   */
  claim(claim: {
    taskId: string;
    dueAt: number;
    nextRunAt: number | null;
    missed: readonly { runId: string; scheduledFor: number; error: string }[];
    run: (RunStart & { scheduledFor: number }) | null;
    maxWaiting: number;
    say: readonly TaskWord[];
  }): Promise<{ task: Task; runs: TaskRun[]; started: StartedRun | null; messages: Message[] } | null>;
  /** A run beside the series. Null: no such task, or another run is open (`overlap: skip`), or too many wait. */
  runNow(
    start: RunStart & { taskId: string; maxWaiting: number },
  ): Promise<{ run: TaskRun; started: StartedRun | null } | null>;
  /** Open runs whose turn is over, oldest first, with the answer or explanation that ended it. */
  ended(limit: number): Promise<EndedRun[]>;
  /** The run of an ended turn is queued once more, not before `notBefore`. Null when it had been settled or queued before. */
  retry(again: RunStart & { endedTurnId: string; notBefore: number }): Promise<StartedRun | null>;
  /**
   * The run is over: its row, the task's last result, and what the group reads, in one transaction. Of `say` the first is the run's own; none
   * where the turn's own word was said in the chat already (`messageId`). A task that will not run again becomes `completed`. Null when it had been settled before.
   */
  settle(end: {
    runId: string;
    /** `skipped`: there was nothing to do. The count of failures stays. */
    state: "succeeded" | "failed" | "cancelled" | "skipped";
    error: string | null;
    messageId: number | null;
    say: readonly TaskWord[];
  }): Promise<{ run: TaskRun; task: Task; messages: Message[] } | null>;
  /** Waiting runs whose task has no other open run before them: each may be started. */
  startable(): Promise<{ run: TaskRun; task: Task }[]>;
  /** Null: it does not wait any more. */
  startWaiting(start: RunStart): Promise<StartedRun | null>;
  /** The pre-check of a run wants the agent; what it printed is kept for later tries. */
  checked(runId: string, output: string): Promise<void>;
  /** Newest first, with the delivery of the word in the group's chat, and what is known of the cost in US dollars. */
  history(
    taskId: string,
    limit: number,
  ): Promise<(TaskRun & { delivery: DeliveryState | null; costUsd: number | null })[]>;
  /** What a run has cost so far, in US dollars; 0 where nothing is known. */
  cost(runId: string): Promise<number>;
  /** How far the words about each task's last run got, by the task's id; of one task, of a group's, or of all. */
  lastDeliveries(of: { taskId?: string; groupId?: string }): Promise<Map<string, DeliveryState>>;
  /** The task and run that a turn works for. */
  ofTurn(turnId: string): Promise<{ task: Task; run: TaskRun } | null>;
  /** The isolated run whose answer, or failure, was delivered to the chat as this message of the channel. */
  toldIn(chat: Address, externalId: string): Promise<{ task: Task; run: TaskRun; message: Message } | null>;
}

export interface RunsKept {
  /** Since their end. */
  forMs: number;
  /** Of each task, the newest. */
  ofTask: number;
}

/** A key of the vault as the database knows it: how to tell that it is the right one, never the key. */
export interface VaultKeyRow {
  id: string;
  kind: "passphrase" | "file";
  /** Null for a key file, which needs no derivation. */
  salt: Uint8Array | null;
  sealedCheck: string;
}

export interface SecretAssignment {
  secretName: string;
  groupId: string;
  delivery: "env" | "file";
  /** Name of the variable or of the file. */
  target: string;
}

/** Every change is in one transaction with its line in the audit log. */
export interface VaultStore {
  /** Null before the first secret. */
  key(): Promise<VaultKeyRow | null>;
  secrets(): Promise<{ name: string; keyId: string; sealed: string; createdAt: number; updatedAt: number }[]>;
  assignments(groupId?: string): Promise<SecretAssignment[]>;
  begin(key: VaultKeyRow): Promise<void>;
  put(secret: { name: string; keyId: string; sealed: string }, audit: AuditEntry): Promise<void>;
  /** With its assignments. False: there was none. */
  remove(name: string, audit: AuditEntry): Promise<boolean>;
  /** `taken`: the group has another secret under that name. Secret and group exist. */
  assign(assignment: SecretAssignment, audit: AuditEntry): Promise<"assigned" | "taken">;
  unassign(secretName: string, groupId: string, audit: AuditEntry): Promise<boolean>;
  /** Every secret under another key, and the old key forgotten, or nothing at all. */
  rekey(key: VaultKeyRow, secrets: readonly { name: string; sealed: string }[], audit: AuditEntry): Promise<void>;
}

export interface AuditStore {
  add(entry: AuditEntry): Promise<void>;
  /** Newest first. `action` is a whole one or what stands before its dot; `before` an id. */
  page(query: {
    limit: number;
    before?: number;
    action?: string;
    actorType?: ActorType;
    groupId?: string;
    outcome?: AuditEntry["outcome"];
  }): Promise<(Required<AuditEntry> & { id: number; at: number })[]>;
  /** Rows older than a moment. Returns how many there were. */
  forget(before: number): Promise<number>;
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
