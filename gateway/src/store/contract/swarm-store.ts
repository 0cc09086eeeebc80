/** What the store promises about swarms. Every method is one transaction. */
import type { SwarmAgent, SwarmEdge, SwarmLimits, SwarmNodeState, SwarmStatus } from "@praktor/protocol/swarm";
import type { Message } from "../rows.ts";
import type { Received } from "./inbox-store.ts";
import type { NewOutboxPart } from "./outbox-store.ts";

export interface SwarmRun {
  id: string;
  groupId: string;
  /** Where the answer is said. */
  conversationId: string | null;
  name: string;
  task: string;
  status: SwarmStatus;
  error: string | null;
  agents: SwarmAgent[];
  edges: SwarmEdge[];
  lead: string;
  limits: SwarmLimits;
  /** The lead's answer. */
  answer: string | null;
  startedAt: number;
  completedAt: number | null;
}

export interface SwarmNode {
  runId: string;
  role: string;
  position: number;
  memberId: string;
  prompt: string;
  groupFolder: string | null;
  model: string | null;
  state: SwarmNodeState;
  result: string | null;
  error: string | null;
  conversationId: string | null;
  turnId: string | null;
  turns: number;
  startedAt: number | null;
  finishedAt: number | null;
}

export interface SwarmMessage {
  id: number;
  runId: string;
  sender: string;
  recipient: string | null;
  content: string;
  createdAt: number;
  deliveries: { to: string; state: "waiting" | "delivered" | "missed" }[];
}

export interface SwarmEntry {
  key: string;
  value: string;
  author: string;
  updatedAt: number;
}

export interface NewSwarm {
  id: string;
  groupId: string;
  conversationId: string | null;
  name: string;
  task: string;
  agents: SwarmAgent[];
  edges: SwarmEdge[];
  lead: string;
  limits: SwarmLimits;
  nodes: readonly {
    role: string;
    memberId: string;
    prompt: string;
    groupFolder: string | null;
    filesOf: string | null;
    model: string | null;
  }[];
}

/** How a member's work stands, by the turns of its conversation. */
export interface NodeWork {
  role: string;
  /** A turn waits or runs. */
  open: boolean;
  running: boolean;
  /** Of the last turn that succeeded. */
  answer: string | null;
  /** Why the last turn that did not succeed ended. */
  error: string | null;
}

export interface SwarmStore {
  /** With the hidden groups of its members. Null, and nothing is done, when a member's id is taken. */
  create(swarm: NewSwarm): Promise<SwarmRun | null>;
  get(id: string): Promise<SwarmRun | null>;
  /** Newest first. */
  list(limit: number): Promise<SwarmRun[]>;
  running(): Promise<SwarmRun[]>;
  /** In the order in which they were asked for. */
  nodes(runId: string): Promise<SwarmNode[]>;
  /** Of members that have started and are not done. */
  work(runId: string): Promise<NodeWork[]>;
  /** A waiting member's first turn is queued, with the messages that wait for it behind the prompt. Null: it does not wait any more. */
  begin(start: {
    runId: string;
    role: string;
    turnId: string;
    prompt: string;
    title: string;
  }): Promise<Received | null>;
  /** Between `queued`, `running` and `idle`. Null: it is in that state already, or done. */
  setState(
    runId: string,
    role: string,
    state: "queued" | "running" | "idle",
    result: string | null,
  ): Promise<SwarmNode | null>;
  /**
   * These members are done, all in one transaction: one with an answer has succeeded with it, one without has failed. Null, and nothing is
   * done, while one of them has an open turn or is done already.
   */
  settle(runId: string, roles: readonly string[]): Promise<SwarmNode[] | null>;
  /** A member that is not done is given up. */
  failNode(runId: string, role: string, error: string): Promise<SwarmNode | null>;
  /** Tells in the run's conversation how far it is: a message at first, which each further call changes, also where it was delivered. Null where there is no conversation, or the run is over: its last state stays. */
  progress(runId: string, content: string, part: NewOutboxPart | null): Promise<Message | null>;
  /** The run is over: members that are not done are cancelled, and the words about it are said. Null: it was over before. */
  finish(end: {
    runId: string;
    status: Exclude<SwarmStatus, "running">;
    error: string | null;
    answer: string | null;
    say: { role: "assistant" | "notice"; content: string; parts: readonly NewOutboxPart[] } | null;
  }): Promise<{ run: SwarmRun; nodes: SwarmNode[]; message: Message | null } | null>;
  /** Only a run that is over. False: there is none such. The hidden groups are removed besides (`removeHidden`). */
  remove(id: string): Promise<boolean>;
  /**
   * A member's message is stored once (by `key`), and queued for each receiver that has started and is not done: its next turn. `null` for `to`: all
   * others. `received` is empty for a repeat. Null: the run is over, or the sender is none of its members.
   */
  say(words: {
    runId: string;
    sender: string;
    to: string | null;
    content: string;
    key: string;
    turnIds: () => string;
    most: number;
  }): Promise<{ message: SwarmMessage; received: Received[]; repeated: boolean } | null | "too_many">;
  messages(runId: string, query?: { after?: number; limit?: number }): Promise<SwarmMessage[]>;
  board(runId: string): Promise<SwarmEntry[]>;
  /** An empty value removes the entry. Null: the run is over. `full`: it would be one more than `most`, or keys and values more than `mostBytes`; what stood there stays. */
  writeBoard(entry: {
    runId: string;
    author: string;
    key: string;
    value: string;
    most: number;
    mostBytes: number;
  }): Promise<SwarmEntry | null | "full">;
  /** What each member used so far, by its id. */
  usage(runId: string): Promise<Map<string, { tokens: number; costUsd: number }>>;
}
