/** What people may ask of the agents, from wherever they ask: write, stop, begin anew, look on. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { AgentView, GroupCreate, TurnView } from "@praktor/protocol/rest";
import { AgentControlReply } from "@praktor/protocol/agent-control";
import * as subjects from "@praktor/protocol/subjects";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Store } from "../store/contract.ts";
import type { Conversation, Group, Message, Turn } from "../store/rows.ts";
import type { AskSandbox } from "./ask-sandbox.ts";
import { attached } from "./attached-files.ts";
import { messageView } from "./message-view.ts";
import type { Reservation } from "./dispatcher.ts";
import type { RunningTurns } from "./running-turns.ts";
import type { PooledSandbox } from "./pooled-sandbox.ts";

export interface AssistantOptions {
  store: Pick<Store, "groups" | "conversations" | "inbox" | "turns">;
  running: RunningTurns;
  dispatcher: {
    wake: () => void;
    stopTurn: (turnId: string) => Promise<Turn | null>;
    reserve: (groupId: string) => Reservation | null;
  };
  pool: {
    list: () => PooledSandbox[];
    ensure: (group: Group, signal: AbortSignal) => Promise<unknown>;
    stop: (groupId: string, signal: AbortSignal) => Promise<boolean>;
  };
  request: AskSandbox;
  publish: (event: PraktorEvent) => void;
}

const startTimeoutMs = 90_000;
const stopTimeoutMs = 30_000;
const controlTimeoutMs = 3_000;

export class Assistant {
  readonly #options: AssistantOptions;

  constructor(options: AssistantOptions) {
    this.#options = options;
  }

  async registerGroup(
    group: GroupCreate,
  ): Promise<{ type: "created"; group: Group } | { type: "taken_id" } | { type: "taken_folder" }> {
    const created = await this.#options.store.groups.create({
      id: group.id,
      name: group.name,
      folder: group.folder,
      isMain: group.is_main ?? false,
      model: group.model ?? null,
    });
    if (created.type === "created") this.#options.publish({ type: "group", groupId: group.id, change: "created" });
    return created;
  }

  /** A message from the page or a script: without a conversation it goes to the group's page. */
  async submit(message: {
    groupId: string;
    text: string;
    conversationId?: string;
    idempotencyKey?: string;
    sender: string;
    files?: readonly string[];
  }): Promise<{ message: Message; turn: Turn }> {
    const conversation = await this.#conversation(message.groupId, message.conversationId);
    const received = await this.#options.store.inbox.submit({
      conversationId: conversation.id,
      sender: message.sender,
      content: message.text,
      ...(message.files === undefined ? {} : { metadata: attached(message.files) }),
      ...(message.idempotencyKey === undefined ? {} : { idempotencyKey: message.idempotencyKey }),
    });
    if (!received.repeated) this.received(received);
    return received;
  }

  /** A message and its turn are stored: tell everyone, and have it answered. */
  received({ message, turn }: { message: Message; turn: Turn }): void {
    const { publish, dispatcher } = this.#options;
    const { groupId, conversationId } = message;
    publish({ type: "message", groupId, message: messageView(message) });
    publish({
      type: "turn",
      groupId,
      conversationId,
      turnId: turn.id,
      state: turn.state,
      attempt: turn.attempt,
      error: null,
    });
    dispatcher.wake();
  }

  /** Room for a turn that is claimed as it is stored; null: it is claimed later. */
  reserve(groupId: string): Reservation | null {
    return this.#options.dispatcher.reserve(groupId);
  }

  async stopTurn(turnId: string): Promise<boolean> {
    return (await this.#options.dispatcher.stopTurn(turnId)) !== null;
  }

  /** Stops what runs or waits in one conversation; returns how many turns that were. */
  async stopConversation(groupId: string, conversationId: string): Promise<number> {
    const open = (await this.#options.store.turns.open(groupId)).filter(
      (turn) => turn.conversationId === conversationId,
    );
    // The waiting ones first: stopping the running one would start the next.
    for (const turn of open.toReversed()) await this.#options.dispatcher.stopTurn(turn.id);
    return open.length;
  }

  /** As `newSession`; false when the group has no such conversation. */
  async newSessionOf(groupId: string, conversationId: string): Promise<boolean> {
    const conversation = await this.#options.store.conversations.get(conversationId);
    if (conversation?.groupId !== groupId) return false;
    await this.newSession(conversation);
    this.#options.publish({ type: "group", groupId, change: "updated" });
    return true;
  }

  /** The next message begins a fresh Claude session; the history stays. */
  async newSession(conversation: Conversation): Promise<void> {
    const { store, request } = this.#options;
    await store.conversations.setSession(conversation.id, null);
    const command = { command: "end_session", conversationId: conversation.id };
    const signal = AbortSignal.timeout(controlTimeoutMs);
    // Without a runner there is no live session to end.
    await request(
      subjects.agentControl(conversation.groupId),
      command,
      AgentControlReply,
      controlTimeoutMs,
      signal,
    ).catch(() => null);
  }

  /** Resolves when the group's sandbox answers; false when there is no such group. */
  async startAgent(groupId: string): Promise<boolean> {
    const group = await this.#options.store.groups.get(groupId);
    if (!group) return false;
    await this.#options.pool.ensure(group, AbortSignal.timeout(startTimeoutMs));
    return true;
  }

  async stopAgent(groupId: string): Promise<boolean> {
    const { pool, running, dispatcher } = this.#options;
    const stopped = await pool.stop(groupId, AbortSignal.timeout(stopTimeoutMs));
    // Nobody works on them any more; what waits in the queue is not meant.
    if (stopped) for (const { turn } of running.of(groupId)) await dispatcher.stopTurn(turn.id);
    return stopped;
  }

  async liveTurns(groupId: string): Promise<TurnView[]> {
    const open = await this.#options.store.turns.open(groupId);
    return open.map((turn) => {
      const live = this.#options.running.get(turn.id);
      return {
        id: turn.id,
        group_id: turn.groupId,
        conversation_id: turn.conversationId,
        state: turn.state,
        attempt: turn.attempt,
        queued_at: new Date(turn.queuedAt).toISOString(),
        started_at: turn.startedAt === null ? null : new Date(turn.startedAt).toISOString(),
        text: live?.text ?? "",
        next_index: live?.nextIndex ?? 0,
        tools: live?.tools ?? [],
      };
    });
  }

  async agents(): Promise<AgentView[]> {
    const { store, pool } = this.#options;
    const names = new Map((await store.groups.all()).map((group) => [group.id, group.name]));
    return pool.list().map((sandbox) => ({
      id: sandbox.sandboxId,
      group_id: sandbox.groupId,
      name: names.get(sandbox.groupId) ?? sandbox.groupId,
      status: sandbox.status,
      started_at: new Date(sandbox.startedAt).toISOString(),
      session_id: null,
    }));
  }

  async #conversation(groupId: string, conversationId: string | undefined): Promise<Conversation> {
    const { conversations } = this.#options.store;
    if (conversationId === undefined) {
      return await conversations.ensure({ groupId, kind: "page", address: { channel: "web" }, title: "Page" });
    }
    const conversation = await conversations.get(conversationId);
    if (conversation?.groupId === groupId) return conversation;
    throw new PraktorError("not_found", "This group has no such conversation.");
  }
}
