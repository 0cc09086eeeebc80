/**
 * What the store promises, as interfaces: services take the one they need, and a store on another database must pass the same tests.
 * Every method is one transaction. Methods that find nothing return null or an empty list; they reject only when the database fails.
 */
import type { Address } from "@praktor/protocol/address";
import type { FactOutput, Usage } from "@praktor/protocol/agent-output";
import type {
  Conversation,
  ConversationKind,
  Group,
  Message,
  OutboxBody,
  OutboxPart,
  SandboxRow,
  Turn,
  TurnErrorCode,
  TurnEvent,
} from "./rows.ts";

export interface NewGroup {
  id: string;
  name: string;
  folder: string;
  isMain?: boolean;
  model?: string | null;
}

export interface GroupStore {
  /** `taken_id` / `taken_folder` instead of a row when that is so; making a second main group moves the mark. */
  create(group: NewGroup): Promise<{ type: "created"; group: Group } | { type: "taken_id" } | { type: "taken_folder" }>;
  get(id: string): Promise<Group | null>;
  list(): Promise<Group[]>;
  update(id: string, change: { name?: string; model?: string | null; isMain?: boolean }): Promise<Group | null>;
  /** Messages and last activity by group, in one query. */
  activity(): Promise<Map<string, { messageCount: number; lastActiveAt: number | null }>>;
}

export interface ConversationStore {
  get(id: string): Promise<Conversation | null>;
  list(groupId: string): Promise<Conversation[]>;
  /** The conversation of a group at an address (the group's page, a chat, a topic); made on first use. */
  ensure(group: { groupId: string; kind: ConversationKind; address: Address; title: string }): Promise<Conversation>;
  /** The conversation at an address, whatever its group: how a Telegram chat finds its group. */
  byAddress(address: Address): Promise<Conversation | null>;
  setSession(id: string, sessionId: string | null): Promise<void>;
}

export interface NewOutboxPart {
  body: OutboxBody;
  editOf?: string;
}

export interface NewMessage {
  conversationId: string;
  sender: string;
  content: string;
  metadata?: Record<string, unknown>;
}

export interface Received {
  message: Message;
  turn: Turn;
}

export interface InboxStore {
  /**
   * One transaction: the update's row, the message and its queued turn. A message joins the conversation's queued turn where there is
   * one of the same kind of sender that was never claimed (`attempt` 0) and holds fewer than 20 messages and 200,000 characters; otherwise it opens a new one.
   * `duplicate` when `(source, updateId)` was received within the last 3 days (Telegram keeps updates for one; after a quiet week its
   * ids start anew, so older rows are forgotten). Without `message` only the update's row (and `reply`) is written: a refusal, an unknown kind.
   */
  receive(update: {
    source: string;
    updateId: number;
    message?: NewMessage;
    /** Praktor's own words to the sender's address, delivered through the outbox, with no turn. `conversationId` null where none exists yet. */
    reply?: { address: Address; conversationId: string | null; parts: NewOutboxPart[] };
  }): Promise<{ type: "duplicate" } | { type: "received"; received: Received | null }>;
  /** A message that has no update id: from the page, the scheduler, a swarm. `idempotencyKey` makes a repeat return the first outcome (`repeated: true`). */
  submit(
    message: NewMessage & { idempotencyKey?: string; role?: "user" | "notice" },
  ): Promise<Received & { repeated: boolean }>;
}

export interface MessageStore {
  /** Newest page, oldest first. `before` is a message id. */
  page(query: { groupId: string; conversationId?: string; before?: number; limit: number }): Promise<Message[]>;
  byTurn(turnId: string): Promise<Message[]>;
  recent(limit: number): Promise<Message[]>;
  /** A notice of Praktor itself, with outbox parts where the conversation has an address to deliver to. */
  notice(notice: {
    conversationId: string;
    turnId?: string;
    content: string;
    parts: NewOutboxPart[];
  }): Promise<Message>;
}

export type FactOutcome = "applied" | "duplicate" | "stale" | "unknown";

export interface TurnStore {
  get(id: string): Promise<Turn | null>;
  /** Queued and running turns, oldest first. */
  open(groupId?: string): Promise<Turn[]>;
  /** Conversations that have a queued turn, none running, and `notBefore` passed; longest waiting first. */
  runnable(): Promise<{ conversationId: string; groupId: string; queuedAt: number }[]>;
  /** The nearest `notBefore` among queued turns that wait for it, to set one timer. */
  nextWakeUp(): Promise<number | null>;
  /** Claims the conversation's oldest queued turn: running, attempt + 1, lease. Null when one runs already or none waits. */
  claim(claim: { conversationId: string; epoch: number; deadlineAt: number }): Promise<Turn | null>;
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
  record(groupId: string, fact: FactOutput): Promise<FactOutcome>;
  /** `result` in one transaction: the event, the answer's message, its outbox parts, the turn succeeded, session id, usage. */
  succeed(
    groupId: string,
    fact: Extract<FactOutput, { type: "result" }>,
    parts: NewOutboxPart[],
  ): Promise<{ outcome: Exclude<FactOutcome, "applied"> } | { outcome: "applied"; turn: Turn; message: Message }>;
  /** Ends a running or queued turn as failed (or cancelled) with an explanation to the person, in one transaction. Null when it had ended before. */
  end(end: {
    turnId: string;
    /** Only when the turn is in this attempt; absent: whatever it is in. */
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
  /** Back to `queued` for another try; `interrupted` when the attempt had been accepted. */
  requeue(
    turnId: string,
    attempt: number,
    again: { interrupted: boolean; notBefore: number | null; error: string | null; countAttempt: boolean },
  ): Promise<Turn | null>;
  /** Marks it; the dispatcher ends it. */
  requestCancel(turnId: string): Promise<Turn | null>;
  /** Events of one turn's current attempt, by seq. */
  events(turnId: string): Promise<TurnEvent[]>;
}

export interface OutboxStore {
  /**
   * Addresses (as stored JSON keys) that have something to send now, with the oldest such row's time; at most one entry per chat. A chat whose first unsent part must still wait is left out:
   * order within a chat is kept.
   */
  ready(channel: Address["channel"]): Promise<{ chatKey: string; since: number }[]>;
  nextWakeUp(channel: Address["channel"]): Promise<number | null>;
  /** The chat's first unsent part, now `sending` with attempts + 1, in one committed transaction before it is sent. Null: nothing to send, or it must wait. */
  take(chatKey: string): Promise<OutboxPart | null>;
  sent(id: number, externalId: string): Promise<OutboxPart | null>;
  /** Refused for now; nothing was sent: `pending` again, not before `notBefore`. `body` replaces it (plain text instead of markup). */
  retry(id: number, again: { notBefore: number; error: string; body?: OutboxBody }): Promise<void>;
  /** It may or may not have gone out. First time: marked `repeated` and pending again. Second time: `uncertain` for good. */
  uncertain(id: number, error: string, notBefore: number): Promise<OutboxPart | null>;
  failed(id: number, error: string): Promise<OutboxPart | null>;
  /** On start: rows left in `sending` by an earlier life become what `uncertain` makes of them (edits: plainly pending). Returns how many. */
  recover(): Promise<number>;
  /** All chats of the address may not be sent to before this moment. */
  holdChat(chatKey: string, notBefore: number): Promise<void>;
}

export interface SandboxStore {
  /** A new row in `starting`, generation = the group's last + 1; older rows of the group that are not stopped become stopped. */
  begin(sandbox: { id: string; groupId: string; tokenHash: string }): Promise<SandboxRow>;
  running(id: string, engineId: string): Promise<void>;
  stopped(id: string, error: string | null): Promise<void>;
  setNatsUser(id: string, userPublicKey: string): Promise<void>;
  touch(id: string): Promise<void>;
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

export interface UsageStore {
  /** One model call as the proxy metered it. */
  record(call: {
    groupId: string;
    turnId: string | null;
    model: string;
    usage: Usage;
    at: number;
    status: number;
    durationMs: number;
  }): Promise<void>;
  totals(query: { since: number; groupId?: string }): Promise<Usage & { calls: number }>;
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
  readonly usage: UsageStore;
  health(): Promise<{ ok: boolean; detail: string }>;
}
