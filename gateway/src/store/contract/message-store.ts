/** What the store promises about messages that are there: pages of them, a search, Praktor's own words. */
import type { Message } from "../rows.ts";
import type { NewOutboxPart } from "./outbox-store.ts";

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
  /** Which people have ever written in a group (`user:<id>`). */
  people(groupId: string): Promise<string[]>;
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
