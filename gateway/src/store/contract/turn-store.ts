/** What the store promises about turns: claim, facts, ends. */
import type { FactOutput } from "@praktor/protocol/agent-output";
import type { Message, Turn, TurnErrorCode, TurnEvent } from "../rows.ts";
import type { NewOutboxPart } from "./outbox-store.ts";

export type FactOutcome = "applied" | "duplicate" | "stale" | "unknown";

export interface TurnClaim {
  conversationId: string;
  epoch: number;
  deadlineAt: number;
  /** Of the sandbox that will get the turn, where one runs already: else it is told by `assign`. */
  sandboxGeneration?: number | null;
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
  /** What would become of a fact: `current` when it would be stored. */
  place(groupId: string, fact: FactOutput): Promise<"current" | Exclude<FactOutcome, "applied">>;
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
