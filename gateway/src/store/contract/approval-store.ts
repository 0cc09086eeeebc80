/** What the store promises about questions to people. */
import type { Approval, Message, OutboxBody } from "../rows.ts";
import type { NewOutboxPart } from "./outbox-store.ts";

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
  /** What those messages of the group ask, where they ask something. */
  ofMessages(groupId: string, messageIds: readonly number[]): Promise<Approval[]>;
  /** Null when it was settled before. `body` takes the question's place in the chat, where it has one. */
  settle(
    id: string,
    end: { state: "chosen" | "expired" | "void"; choice: string | null; by: string | null; body: OutboxBody | null },
  ): Promise<Approval | null>;
  /** Patterns of the tools that people are asked about before a group's agent uses them. */
  tools(groupId: string): Promise<string[]>;
  setTools(groupId: string, tools: readonly string[]): Promise<void>;
}
