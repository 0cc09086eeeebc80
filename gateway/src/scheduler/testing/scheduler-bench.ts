/** A scheduler on a real store, a clock that the test moves, and an agent that answers when it is told to. */
import type { FactOutput } from "@praktor/protocol/agent-output";
import type { PraktorEvent } from "@praktor/protocol/events";
import { timeSortedIds } from "../../kit/ids.ts";
import { silentLogger } from "../../kit/logger.ts";
import type { NewTask } from "../../store/contract/task-store.ts";
import { migrations } from "../../store/migrations/all.ts";
import { openDatabase } from "../../store/open-database.ts";
import type { Message, Task, TurnErrorCode } from "../../store/rows.ts";
import { SqliteStore } from "../../store/sqlite-store.ts";
import { nextRun } from "../next-run.ts";
import { Scheduler } from "../scheduler.ts";
import { TaskDesk } from "../task-desk.ts";

/** What the scheduler's redactor knows. */
export const hiddenValue = "ghp_0123456789abcdef";

export class SchedulerBench implements AsyncDisposable {
  now: number;
  scheduler: Scheduler;
  readonly store: SqliteStore;
  readonly desk: TaskDesk;
  readonly events: PraktorEvent[] = [];
  readonly said: Message[] = [];
  readonly clock = { now: (): number => this.now };
  readonly ids = timeSortedIds(this.clock);
  readonly connection;

  private constructor(path: string, now: number) {
    this.now = now;
    this.connection = openDatabase(path, migrations, silentLogger);
    this.connection.exec("pragma synchronous = off");
    this.store = new SqliteStore(this.connection, this.clock, this.ids);
    this.scheduler = this.#makeScheduler();
    this.desk = new TaskDesk({
      store: this.store,
      clock: this.clock,
      ids: this.ids,
      timezone: "UTC",
      scheduler: { wake: () => {}, runNow: (task) => this.scheduler.runNow(task) },
      stopTurn: (turnId) => this.store.turns.requestCancel(turnId),
      removeSandbox: async () => {},
      publish: (event) => this.events.push(event),
    });
  }

  /** With the group `home`, whose chat is in Telegram, and the main group `main`. */
  static async open(path: string, now: number): Promise<SchedulerBench> {
    const bench = new SchedulerBench(path, now);
    for (const [index, id] of ["home", "main"].entries()) {
      await bench.store.groups.create({ id, name: id, folder: id, isMain: id === "main" });
      const address = { channel: "telegram", chatId: String(index + 1) } as const;
      await bench.store.conversations.ensure({ groupId: id, kind: "chat", address, title: id });
    }
    return bench;
  }

  task(change: Partial<NewTask> & Pick<NewTask, "id" | "schedule">): Promise<Task> {
    const timing = { timezone: "UTC", anchorAt: this.now, ...change };
    return this.store.tasks.create({
      groupId: "home",
      name: change.id,
      prompt: "Do it.",
      contextMode: "isolated",
      status: "active",
      overlap: "skip",
      catchUp: "run_once",
      graceMs: 3_600_000,
      model: null,
      maxTurns: null,
      maxDurationMs: null,
      maxCostUsd: null,
      preCheck: null,
      mayManageTasks: false,
      ownSandbox: false,
      nextRunAt: change.schedule.kind === "once" ? change.schedule.at_ms : nextRun(timing, this.now),
      ...timing,
    });
  }

  async look(): Promise<void> {
    await this.scheduler.look(new AbortController().signal);
  }

  /** What was queued and may run is answered, or fails. Returns how many turns that were. */
  async work(failure?: TurnErrorCode): Promise<number> {
    const { turns } = this.store;
    const runnable = await turns.runnable();
    for (const { conversationId, groupId } of runnable) {
      const turn = await turns.claim({ conversationId, epoch: 1, deadlineAt: this.now + 1e9 });
      if (!turn) continue;
      if (failure === undefined) await turns.succeed(groupId, answerOf(turn.id, conversationId, turn.attempt), []);
      else {
        const end = { state: "failed", code: failure, error: failure, explanation: `It says ${failure}.` } as const;
        await turns.end({ turnId: turn.id, ...end, parts: [] });
      }
    }
    return runnable.length;
  }

  /** As after a restart of the gateway. */
  async restart(): Promise<void> {
    await this.scheduler[Symbol.asyncDispose]();
    this.scheduler = this.#makeScheduler();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scheduler[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
  }

  #makeScheduler(): Scheduler {
    return new Scheduler({
      store: this.store,
      clock: this.clock,
      ids: this.ids,
      logger: silentLogger,
      pollIntervalMs: 30_000,
      render: (address, text) =>
        address.channel === "telegram" ? [{ body: { type: "text", html: text, plain: text } }] : [],
      publish: (event) => this.events.push(event),
      redact: (text) => text.replaceAll(hiddenValue, "[redacted]"),
      onQueued: () => {},
      onSaid: (message) => this.said.push(message),
    });
  }
}

function answerOf(turnId: string, conversationId: string, attempt: number): Extract<FactOutput, { type: "result" }> {
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };
  const ids = { turnId, conversationId, attempt, seq: 1, sessionId: "s" };
  return { type: "result", ...ids, content: "Done.", usage, durationMs: 1 };
}
