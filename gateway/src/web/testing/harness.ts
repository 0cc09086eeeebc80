/** A web server on a free port with a real store and real files, and actions that do what they say in memory. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventMessage, PraktorEvent } from "@praktor/protocol/events";
import type { AgentView, FilesUsed, Health, StatusView, TurnView } from "@praktor/protocol/rest";
import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { agentEvents } from "@praktor/protocol/subjects";
import type { Clock } from "../../kit/clock.ts";
import { timeSortedIds } from "../../kit/ids.ts";
import type { Logger } from "../../kit/logger.ts";
import { silentLogger } from "../../kit/logger.ts";
import type { Task, TaskRun } from "../../store/rows.ts";
import { GlobalInstructions } from "../../groups/global-instructions.ts";
import { TaskDesk } from "../../scheduler/task-desk.ts";
import { SqliteStore } from "../../store/sqlite-store.ts";
import { Prices } from "../../usage/prices.ts";
import { Spending } from "../../usage/spending.ts";
import type { WebActions, WebEvents } from "../ports.ts";
import type { WebServerOptions } from "../web-server.ts";
import { WebServer } from "../web-server.ts";
import { directoryWorkspace } from "./directory-workspace.ts";
import { memorySwarms } from "./memory-swarms.ts";
import type { Answer, Sent } from "./send.ts";
import { send } from "./send.ts";

export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 2, 3, 4, 5);
  now(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}

/** Collects what is logged as an error: a 5xx that nobody meant. */
export function recordingLogger(): { logger: Logger; errors: string[] } {
  const errors: string[] = [];
  return { logger: { ...silentLogger, error: (_, message) => errors.push(message) }, errors };
}

export interface HarnessState {
  agents: AgentView[];
  filesUsed: Map<string, FilesUsed>;
  /** What a look at a running agent's sandbox shows. */
  look: (onFrame: (frame: SandboxFrame) => void, signal: AbortSignal) => Promise<void>;
  health: Health[];
}

export class Harness implements AsyncDisposable {
  readonly server: WebServer;
  readonly store: SqliteStore;
  readonly clock: ManualClock;
  readonly directory: string;
  readonly state: HarnessState;
  readonly networksChanged: string[] = [];
  readonly #listeners: Set<(topic: string, message: EventMessage) => void>;

  /** With the group `home`. */
  static async startAtHome(overrides: Partial<WebServerOptions> = {}): Promise<Harness> {
    const harness = await Harness.start(overrides);
    const home = { id: "home", name: "Home", folder: "home" };
    await harness.send({ method: "POST", path: "/api/groups", body: home });
    return harness;
  }

  static async start(overrides: Partial<WebServerOptions> = {}): Promise<Harness> {
    const directory = await mkdtemp(join(tmpdir(), "praktor-web-"));
    const clock = new ManualClock();
    const ids = timeSortedIds(clock);
    const store = await SqliteStore.open({ path: join(directory, "praktor.db"), clock, ids, logger: silentLogger });
    const harness = new Harness(directory, store, clock, overrides);
    try {
      await harness.server.start(AbortSignal.timeout(20_000));
      return harness;
    } catch (error) {
      await harness[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A second server on the same store, as after a restart; `start` makes everything. */
  constructor(directory: string, store: SqliteStore, clock: ManualClock, overrides: Partial<WebServerOptions>) {
    this.directory = directory;
    this.store = store;
    this.clock = clock;
    this.state = {
      agents: [],
      filesUsed: new Map(),
      look: () => Promise.resolve(),
      health: [{ name: "store", ok: true, detail: "" }],
    };
    this.#listeners = new Set();
    this.server = new WebServer({
      host: "127.0.0.1",
      port: 0,
      password: null,
      uiDirectory: join(directory, "ui"),
      version: "0.0.0-test",
      epoch: 3,
      logger: silentLogger,
      clock,
      store,
      actions: memoryActions(store, clock, this.state),
      tasks: memoryTasks(store, clock),
      swarms: memorySwarms(store, clock, join(directory, "templates")),
      workspace: directoryWorkspace(join(directory, "files")),
      instructions: new GlobalInstructions(join(directory, "groups")),
      spending: noLimits(clock),
      network: {
        defaultPolicy: "open",
        notEnforced: null,
        isPending: () => false,
        refused: () => [{ host: "example.org", reason: "It is not on the list.", at: 0 }],
        changed: (groupId) => Promise.resolve(void this.networksChanged.push(groupId)),
      },
      events: this.#events(),
      ...overrides,
    });
  }

  send(sent: Sent): Promise<Answer> {
    return send(this.server.url, sent);
  }

  publish(event: PraktorEvent): void {
    const topic = "groupId" in event ? agentEvents(event.groupId) : "events.system";
    const at = new Date(this.clock.now()).toISOString();
    for (const listener of this.#listeners) listener(topic, { at, event });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }

  #events(): WebEvents {
    return {
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }
}

function noLimits(clock: Clock): Spending {
  return new Spending({
    limits: { groupDay: null, day: null, month: null },
    prices: new Prices(),
    timeZone: "UTC",
    now: () => clock.now(),
    payerOf: (id) => Promise.resolve({ id, dayBudgetUsd: "default" }),
    onNear: () => {},
  });
}

/** The real desk on a scheduler that starts nothing by itself. */
function memoryTasks(store: SqliteStore, clock: Clock): TaskDesk {
  const ids = timeSortedIds(clock);
  const runNow = async (task: Task): Promise<TaskRun | null> => {
    const start = { taskId: task.id, runId: ids.next(), turnId: ids.next(), conversationId: null, context: "" };
    return (await store.runs.runNow({ ...start, maxWaiting: 1 }))?.run ?? null;
  };
  return new TaskDesk({
    store,
    clock,
    ids,
    timezone: "UTC",
    scheduler: { wake: () => {}, runNow },
    stopTurn: (turnId) => store.turns.requestCancel(turnId),
    removeSandbox: async () => {},
    publish: () => {},
  });
}

function memoryActions(store: SqliteStore, clock: Clock, state: HarnessState): WebActions {
  return {
    registerGroup: ({ id, name, folder, is_main: isMain, model }) =>
      store.groups.create({ id, name, folder, isMain: isMain ?? false, model: model ?? null }),
    async submit({ groupId, text, conversationId, idempotencyKey, sender }) {
      const page = { groupId, kind: "page", address: { channel: "web" }, title: "Page" } as const;
      const id = conversationId ?? (await store.conversations.ensure(page)).id;
      return store.inbox.submit({
        conversationId: id,
        sender,
        content: text,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      });
    },
    stopTurn: async (turnId) => (await store.turns.requestCancel(turnId)) !== null,
    async startAgent(groupId) {
      if (!(await store.groups.get(groupId))) return false;
      const agent = {
        id: `s-${groupId}`,
        group_id: groupId,
        name: groupId,
        status: "running",
        session_id: null,
      } as const;
      state.agents = [...state.agents, { ...agent, started_at: new Date(clock.now()).toISOString() }];
      return true;
    },
    async stopAgent(groupId) {
      const before = state.agents.length;
      state.agents = state.agents.filter((agent) => agent.group_id !== groupId);
      return state.agents.length < before;
    },
    watchAgent(groupId, onFrame, signal) {
      if (!state.agents.some((agent) => agent.group_id === groupId)) return null;
      return state.look(onFrame, signal);
    },
    filesUsed: (groupId) => Promise.resolve(state.filesUsed.get(groupId) ?? null),
    async newSession(groupId, conversationId) {
      const conversation = await store.conversations.get(conversationId);
      if (conversation?.groupId !== groupId) return false;
      await store.conversations.setSession(conversationId, null);
      return true;
    },
    async liveTurns(groupId): Promise<TurnView[]> {
      return (await store.turns.open(groupId)).map((turn) => ({
        id: turn.id,
        group_id: turn.groupId,
        conversation_id: turn.conversationId,
        state: turn.state,
        attempt: turn.attempt,
        queued_at: new Date(turn.queuedAt).toISOString(),
        started_at: null,
        text: "",
        next_index: 0,
        tools: [],
      }));
    },
    agents: async () => state.agents,
    async status(): Promise<StatusView> {
      return {
        status: state.health.every(({ ok }) => ok) ? "ok" : "degraded",
        version: "0.0.0-test",
        active_agents: state.agents.length,
        groups_count: (await store.groups.list()).length,
        pending_tasks: 0,
        uptime: 1,
        recent_messages: [],
        nats: { embedded: true, connections: 0, subscriptions: 0, messages: 0 },
        health: state.health,
        timestamp: new Date(clock.now()).toISOString(),
      };
    },
    health: async () => state.health,
  };
}
