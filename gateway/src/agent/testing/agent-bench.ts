/** The room as the gateway puts it together, on a real store, with sandboxes in memory and runners that answer as a test says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentControl, type RunnerStatus } from "@praktor/protocol/agent-control";
import { AgentInput } from "@praktor/protocol/agent-input";
import type { FactReply } from "@praktor/protocol/agent-output";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { z } from "zod";
import { timeSortedIds } from "../../kit/ids.ts";
import { silentLogger } from "../../kit/logger.ts";
import { PraktorError } from "../../kit/praktor-error.ts";
import { TestClock } from "../../store/contract-fixture.ts";
import { migrations } from "../../store/migrations/all.ts";
import { openDatabase } from "../../store/open-database.ts";
import type { Conversation, Message, Turn } from "../../store/rows.ts";
import { SqliteStore } from "../../store/sqlite-store.ts";
import { Dispatcher, type DispatcherOptions } from "../dispatcher.ts";
import { RunningTurns } from "../running-turns.ts";
import type { PooledGroup } from "../pooled-sandbox.ts";
import { SandboxPool, type SandboxPoolOptions } from "../sandbox-pool.ts";
import { SandboxReconciler } from "../sandbox-reconciler.ts";
import { sandboxShape } from "../sandbox-shape.ts";
import { TurnEndings } from "../turn-endings.ts";
import { TurnFacts, type TurnFactsOptions } from "../turn-facts.ts";
import { MemorySandboxHost } from "./memory-sandbox-host.ts";

export const idleRunner: RunnerStatus = { turns: [], version: "1" };

export interface BenchChange {
  dispatcher?: Partial<DispatcherOptions>;
  pool?: Partial<SandboxPoolOptions>;
  maxAttempts?: number;
  redact?: (text: string) => string;
  /** An earlier life's. */
  store?: SqliteStore;
  host?: MemorySandboxHost;
  clean?: TurnFactsOptions["clean"];
}

export class AgentBench implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly host: MemorySandboxHost;
  readonly store: SqliteStore;
  readonly running = new RunningTurns();
  readonly events: PraktorEvent[] = [];
  readonly revoked: string[] = [];
  readonly lost: string[] = [];
  readonly placesClosed: string[] = [];
  readonly inputs: AgentInput[] = [];
  readonly controls: { groupId: string; command: AgentControl }[] = [];
  readonly pool: SandboxPool;
  readonly reconciler: SandboxReconciler;
  readonly endings: TurnEndings;
  readonly dispatcher: Dispatcher;
  readonly facts: TurnFacts;
  readonly #directory = mkdtempSync(join(tmpdir(), "praktor-agent-"));
  readonly #ownsStore: boolean;
  #updates = 0;
  #chats = 0;
  /** What a runner replies to a turn; may throw what the bus would. */
  onInput: (input: AgentInput) => unknown = () => ({ status: "accepted" });
  onControl: (command: AgentControl, groupId: string) => unknown = () => ({ status: "ok", runner: idleRunner });

  constructor(change: BenchChange = {}) {
    const { clock, running } = this;
    const store = change.store ?? this.#openStore();
    const host = change.host ?? new MemorySandboxHost();
    this.store = store;
    this.#ownsStore = change.store === undefined;
    this.host = host;
    host.afterLaunch = ({ groupId }) => queueMicrotask(() => this.pool.ready(groupId, idleRunner));
    const publish = (event: PraktorEvent): void => void this.events.push(event);
    const render = (): [] => [];
    this.pool = new SandboxPool({
      lifetime: new AbortController().signal,
      host,
      store: store.sandboxes,
      ids: timeSortedIds(clock),
      clock,
      logger: silentLogger,
      places: { chats: 5, swarms: 4 },
      startTimeoutMs: 5_000,
      idleTimeoutMs: 60_000,
      openPlace: () => Promise.resolve({ natsUrl: "nats://gateway:4222", endpointUrl: "http://gateway:8081" }),
      closePlace: (groupId) => Promise.resolve(void this.placesClosed.push(groupId)),
      shapeOf: (groupId) => sandboxShape(store.groups, groupId, { TZ: "Europe/Berlin" }),
      networkOf: () => Promise.resolve("open"),
      isBusy: (groupId) => running.of(groupId).length > 0,
      revoke: (sandboxId) => void this.revoked.push(sandboxId),
      askRunner: () => Promise.resolve(null),
      onReady: (groupId, generation, runner) => void this.dispatcher.reconcile(groupId, generation, runner),
      onLost: (groupId, generation, detail) => {
        this.lost.push(`${groupId}/${generation} ${detail}`);
        void this.dispatcher.sandboxLost(groupId, generation, detail);
      },
      onChange: (groupId, status, error) => publish({ type: "sandbox", groupId, status, error }),
      ...change.pool,
    });
    this.reconciler = new SandboxReconciler({
      host,
      store: store.sandboxes,
      pool: this.pool,
      revoke: (sandboxId) => void this.revoked.push(sandboxId),
      logger: silentLogger,
    });
    const { turns, messages, conversations, groups } = store;
    this.endings = new TurnEndings({
      turns,
      messages,
      conversations,
      running,
      clock,
      logger: silentLogger,
      maxAttempts: change.maxAttempts ?? 3,
      render,
      publish,
      redact: change.redact ?? ((text) => text),
      onEnded: (turn) => this.dispatcher.turnEnded(turn),
      onOutgoing: () => {},
    });
    this.dispatcher = new Dispatcher({
      turns,
      groups,
      conversations,
      messages,
      running,
      endings: this.endings,
      clock,
      logger: silentLogger,
      epoch: 1,
      maxConversations: 3,
      maxTurns: 100,
      turnTimeoutMs: 60_000,
      defaultModel: undefined,
      obstacle: () => null,
      pool: this.pool,
      request: (subject, value, reply) => this.request(subject, value, reply),
      publish,
      onStarted: () => {},
      ...change.dispatcher,
    });
    this.facts = new TurnFacts({
      clean: change.clean ?? ((_, output) => Promise.resolve(output)),
      turns,
      conversations,
      running,
      endings: this.endings,
      logger: silentLogger,
      render,
      publish,
    });
  }

  /** What the bus would do. */
  async request<Reply>(subject: string, value: unknown, reply: z.ZodType<Reply>): Promise<Reply> {
    const [, groupId = "", kind] = subject.split(".");
    if (kind === "input") {
      const input = AgentInput.parse(value);
      this.inputs.push(input);
      return reply.parse(await this.onInput(input));
    }
    const command = AgentControl.parse(value);
    this.controls.push({ groupId, command });
    return reply.parse(await this.onControl(command, groupId));
  }

  async group(id: string): Promise<PooledGroup> {
    await this.store.groups.create({ id, name: id, folder: id });
    return { id, folder: id, kind: "chat" };
  }

  /** A conversation of a group, which is made where it is missing. */
  async conversation(groupId: string, title = `chat-${groupId}`): Promise<Conversation> {
    await this.group(groupId);
    const kind = title.startsWith("topic") ? "topic" : "chat";
    this.#chats += 1;
    const address = { channel: "telegram", chatId: String(this.#chats) } as const;
    return await this.store.conversations.ensure({ groupId, kind, address, title });
  }

  async receive(conversation: Conversation, content: string): Promise<Turn> {
    this.#updates += 1;
    const received = await this.store.inbox.receive({
      source: "telegram",
      updateId: this.#updates,
      message: { conversationId: conversation.id, sender: "user:1", content },
    });
    if (received.type !== "received" || !received.received) throw new Error("not received");
    return received.received.turn;
  }

  /** Receives and wakes. */
  async say(conversation: Conversation, content: string): Promise<Turn> {
    const turn = await this.receive(conversation, content);
    this.dispatcher.wake();
    return turn;
  }

  async turn(id: string): Promise<Turn> {
    const turn = await this.store.turns.get(id);
    if (!turn) throw new Error(`there is no turn ${id}`);
    return turn;
  }

  /** The runner answers the input that it accepted. */
  async answer(input: AgentInput, content = "The answer."): Promise<FactReply | null> {
    const { turnId, conversationId, attempt, groupID } = input;
    const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };
    const numbers = { turnId, conversationId, attempt, seq: 9 };
    return await this.facts.handle(groupID, {
      type: "result",
      ...numbers,
      content,
      sessionId: "session-1",
      usage,
      durationMs: 1,
    });
  }

  /** What was said in a group, in order. */
  async said(groupId: string): Promise<Message[]> {
    return await this.store.messages.page({ groupId, limit: 100 });
  }

  notAnswering(): never {
    throw new PraktorError("timeout", "No reply came in time.");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispatcher[Symbol.asyncDispose]();
    if (this.#ownsStore) await this.store[Symbol.asyncDispose]();
    rmSync(this.#directory, { recursive: true });
  }

  #openStore(): SqliteStore {
    const connection = openDatabase(join(this.#directory, "praktor.db"), migrations, silentLogger);
    // These tests cut no power: waiting for the disk at each commit would only make them slow.
    connection.exec("pragma synchronous = off");
    return new SqliteStore(connection, this.clock, timeSortedIds(this.clock));
  }
}
