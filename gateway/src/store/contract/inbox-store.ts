/** What the store promises about messages that arrive: each is stored once, with its queued turn. */
import type { Address } from "@praktor/protocol/address";
import type { Message, Turn } from "../rows.ts";
import type { NewOutboxPart } from "./outbox-store.ts";
import type { TurnClaim } from "./turn-store.ts";

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
