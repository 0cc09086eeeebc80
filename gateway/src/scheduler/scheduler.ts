/** Starts tasks when they are due, and sees to the end of their runs. */
import type { Address } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { Store } from "../store/contract.ts";
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import type { EndedRun, RunStart, StartedRun, TaskWord } from "../store/contract/run-store.ts";
import type { Message, Task, TaskRun, Turn } from "../store/rows.ts";
import { decideRun } from "./decide-run.ts";
import { runOutcome, type RunOutcome } from "./run-outcome.ts";
import { taskChat } from "./task-chat.ts";
import { failingNotice, failureNotice, missedNotice, runContext } from "./task-words.ts";

export interface SchedulerOptions {
  store: Pick<Store, "tasks" | "runs" | "conversations" | "groups">;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  /** At most this long between two looks, so that a clock that was set is noticed. */
  pollIntervalMs: number;
  /** Markdown as parts for an address; none where nothing is delivered. */
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  /** Takes known secrets out of what is cut for a notice. */
  redact: (text: string) => string;
  /** A run's message and turn are stored: have it worked on. */
  onQueued: (started: { message: Message; turn: Turn }) => void;
  /** A word to a group's chat is stored: have it delivered. */
  onSaid: (message: Message) => void;
}

/** Of one task; what is due while so many wait is recorded as skipped. */
export const maxWaitingRuns = 10;
const batch = 50;
/** After a look that failed. */
const failedLookMs = 5_000;
const tellOwnerAfter = 3;

export class Scheduler implements AsyncDisposable {
  readonly #options: SchedulerOptions;
  readonly #background: Background;
  #looking = false;
  #again = false;
  #started = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#background = new Background((error) =>
      options.logger.error({ error: errorMessage(error) }, "the scheduler failed"),
    );
  }

  /** From now on due work starts; also what became due before. */
  start(): void {
    this.#started = true;
    this.wake();
  }

  /** No new runs; those that are queued go on. */
  pause(): void {
    this.#started = false;
    clearTimeout(this.#timer);
  }

  /** Something changed: a task, or a turn that ended. Cheap, and may be called at any time. */
  wake(): void {
    if (!this.#started) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    this.#background.run((signal) => this.#lookUntilQuiet(signal));
  }

  /** Ends runs, starts what waits, claims what is due. Callers besides `wake` are tests that own the clock. */
  async look(signal: AbortSignal): Promise<void> {
    await this.#endRuns(signal);
    await this.#startWaiting(signal);
    await this.#claimDue(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pause();
    await this.#background[Symbol.asyncDispose]();
  }

  async #lookUntilQuiet(signal: AbortSignal): Promise<void> {
    let delayMs = failedLookMs;
    try {
      do {
        this.#again = false;
        await this.look(signal);
      } while (this.#again && this.#started && !signal.aborted);
      delayMs = await this.#untilNext();
    } finally {
      this.#looking = false;
      clearTimeout(this.#timer);
      if (this.#started && !signal.aborted) this.#timer = setTimeout(() => this.wake(), this.#again ? 0 : delayMs);
    }
  }

  async #untilNext(): Promise<number> {
    const { store, clock, pollIntervalMs } = this.#options;
    const next = await store.tasks.nextDueAt();
    return next === null ? pollIntervalMs : Math.min(Math.max(next - clock.now(), 0), pollIntervalMs);
  }

  async #claimDue(signal: AbortSignal): Promise<void> {
    const { store, clock, logger } = this.#options;
    // A task that cannot be claimed must not hold up the others.
    const failed = new Set<string>();
    while (!signal.aborted) {
      const due = (await store.tasks.due(clock.now(), batch + failed.size)).filter((task) => !failed.has(task.id));
      if (due.length === 0) break;
      for (const task of due) {
        if (signal.aborted) return;
        try {
          await this.#claim(task);
        } catch (error) {
          failed.add(task.id);
          logger.error({ task: task.id, error: errorMessage(error) }, "a task that is due could not be started");
        }
      }
    }
    if (failed.size > 0) throw new PraktorError("not_started", `${failed.size} due tasks were not started.`);
  }

  async #claim(task: Task): Promise<void> {
    const { store, clock, ids, logger } = this.#options;
    const { nextRunAt: dueAt, ...timing } = task;
    if (dueAt === null) return;
    const { runFor, missed, nextRunAt } = decideRun(timing, dueAt, clock.now());
    const isLost = runFor === null && nextRunAt === null;
    const claimed = await store.runs.claim({
      taskId: task.id,
      dueAt,
      nextRunAt,
      missed: missed.map((moment) => ({ ...moment, runId: ids.next() })),
      run: runFor === null ? null : { ...(await this.#runStart(task, ids.next(), runFor)), scheduledFor: runFor },
      maxWaiting: maxWaitingRuns,
      say: isLost ? [await this.#word(task.groupId, "notice", missedNotice(task, dueAt, this.#options.redact))] : [],
    });
    if (!claimed) return;
    logger.info(
      {
        task: task.id,
        group: task.groupId,
        dueAt,
        lateMs: clock.now() - dueAt,
        runs: claimed.runs.map((run) => run.state),
      },
      "a task was due",
    );
    this.#tell(claimed.runs, claimed.messages, claimed.started);
  }

  async #startWaiting(signal: AbortSignal): Promise<void> {
    const { store, logger } = this.#options;
    for (const { run, task } of await store.runs.startable()) {
      if (signal.aborted) return;
      try {
        const started = await store.runs.startWaiting(await this.#runStart(task, run.id, run.scheduledFor));
        if (started) this.#tell([started.run], [], started);
      } catch (error) {
        logger.error({ task: task.id, run: run.id, error: errorMessage(error) }, "a waiting run could not be started");
      }
    }
  }

  async #endRuns(signal: AbortSignal): Promise<void> {
    const { store, logger } = this.#options;
    for (;;) {
      const ended = await store.runs.ended(batch);
      let failed = 0;
      for (const end of ended) {
        if (signal.aborted) return;
        try {
          await this.#endRun(end);
        } catch (error) {
          // It is looked at again with the next look; the others must not wait for it.
          failed += 1;
          logger.error({ task: end.task.id, run: end.run.id, error: errorMessage(error) }, "a run could not be ended");
        }
      }
      if (failed > 0 || ended.length < batch) return;
    }
  }

  async #endRun({ run, task, turn, word }: EndedRun): Promise<void> {
    const { store, clock } = this.#options;
    const outcome = runOutcome(task, run, turn);
    if (outcome.type === "over") return await this.#settle(run, task, outcome, word);
    const start = await this.#runStart(task, run.id, run.scheduledFor);
    const notBefore = clock.now() + outcome.delayMs;
    const started = await store.runs.retry({ ...start, endedTurnId: turn.id, notBefore });
    if (started) this.#tell([started.run], [], started);
  }

  async #settle(
    run: TaskRun,
    task: Task,
    outcome: Extract<RunOutcome, { type: "over" }>,
    word: Message | null,
  ): Promise<void> {
    const { store, logger } = this.#options;
    const { state, error } = outcome;
    const say: TaskWord[] = [];
    // In the group's own conversation the turn itself has said how it ended.
    if (task.contextMode === "isolated" && (state === "succeeded" || state === "failed")) {
      const text = word?.content ?? "";
      const content = state === "succeeded" ? text : failureNotice(task, run, text, this.#options.redact);
      say.push(await this.#word(task.groupId, state === "succeeded" ? "assistant" : "notice", content));
    }
    const told =
      state === "failed"
        ? await this.#ownerWord(task, error ?? "", say[0]?.conversationId ?? word?.conversationId)
        : null;
    const settled = await store.runs.settle({
      runId: run.id,
      state,
      error,
      messageId: say.length === 0 ? (word?.id ?? null) : null,
      say: told === null ? say : [...say, told],
    });
    if (!settled) return;
    logger[state === "failed" ? "warn" : "info"](
      { task: task.id, group: task.groupId, run: run.id, state, error },
      "a task's run is over",
    );
    this.#tell([settled.run], settled.messages, null);
  }

  /** Null unless the owner is to hear of it now, in a chat other than the one that has just read it. */
  async #ownerWord(task: Task, why: string, toldIn: string | undefined): Promise<TaskWord | null> {
    const { store, redact } = this.#options;
    if (task.failuresInRow + 1 !== tellOwnerAfter) return null;
    const groups = await store.groups.list();
    const main = groups.find((group) => group.isMain);
    const name = groups.find((group) => group.id === task.groupId)?.name ?? task.groupId;
    if (!main) return null;
    const notice = failingNotice(task, { groupName: name, failures: tellOwnerAfter, why }, redact);
    const word = await this.#word(main.id, "notice", notice);
    return word.conversationId === toldIn ? null : word;
  }

  async #word(groupId: string, role: TaskWord["role"], content: string): Promise<TaskWord> {
    const chat = await taskChat(this.#options.store.conversations, groupId);
    return { conversationId: chat.id, role, content, parts: this.#options.render(chat.address, content) };
  }

  /** Also for a run that a person starts now. */
  async #runStart(task: Task, runId: string, scheduledFor: number): Promise<RunStart> {
    const { store, ids, clock } = this.#options;
    const chat = task.contextMode === "group" ? await taskChat(store.conversations, task.groupId) : null;
    const context = runContext(task, scheduledFor, clock.now());
    const own = task.ownSandbox && chat === null ? { groupId: (await store.groups.ofTask(task)).id } : {};
    return { runId, turnId: ids.next(), conversationId: chat?.id ?? null, context, ...own };
  }

  /** Null when another run is open and the task leaves such ones out. */
  async runNow(task: Task): Promise<TaskRun | null> {
    const { store, ids, clock } = this.#options;
    const start = await this.#runStart(task, ids.next(), clock.now());
    const begun = await store.runs.runNow({ ...start, taskId: task.id, maxWaiting: maxWaitingRuns });
    if (begun) this.#tell([begun.run], [], begun.started);
    return begun?.run ?? null;
  }

  #tell(runs: readonly TaskRun[], messages: readonly Message[], started: StartedRun | null): void {
    const { publish, onQueued, onSaid } = this.#options;
    for (const { id, taskId, groupId, scheduledFor, state } of runs) {
      const time = new Date(scheduledFor).toISOString();
      publish({ type: "task_run", groupId, taskId, runId: id, scheduled_for: time, state });
    }
    for (const message of messages) onSaid(message);
    if (started) onQueued(started);
  }
}
