/** Gives queued turns to sandboxes: one at a time in a conversation, in order; conversations of a group side by side. */
import { AgentInputReply, type AgentInput, type InputFile } from "@praktor/protocol/agent-input";
import { AgentControlReply, type AgentControl, type RunnerStatus } from "@praktor/protocol/agent-control";
import type { PraktorEvent } from "@praktor/protocol/events";
import * as subjects from "@praktor/protocol/subjects";
import type { z } from "zod";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { PassPoint } from "../kit/crash-points.ts";
import { deadline, sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, isAbort, PraktorError } from "../kit/praktor-error.ts";
import type { ConversationStore, GroupStore, MessageStore, TurnStore } from "../store/contract.ts";
import type { Conversation, Group, Message, Task, Turn, TurnErrorCode } from "../store/rows.ts";
import type { PreCheckOutcome } from "./pre-check.ts";
import { promptOf } from "./prompt.ts";
import type { RunningTurns } from "./running-turns.ts";
import type { PooledGroup, PooledSandbox } from "./pooled-sandbox.ts";
import type { TurnEndings } from "./turn-endings.ts";

/** What lies in the workspace now, and a sentence for the agent about what could not be had. */
export interface FetchedFiles {
  files: readonly InputFile[];
  note: string | null;
}

type TurnTask = Pick<Task, "id" | "model" | "maxTurns" | "maxCostUsd">;

export interface DispatcherOptions {
  turns: TurnStore;
  groups: GroupStore;
  conversations: ConversationStore;
  messages: MessageStore;
  running: RunningTurns;
  endings: TurnEndings;
  clock: Clock;
  logger: Logger;
  epoch: number;
  maxConversations: number;
  maxTurns: number;
  turnTimeoutMs: number;
  defaultModel: string | undefined;
  /** Turns of this group wait while its sandbox is replaced; whoever says so wakes the dispatcher afterwards. */
  isHeld?: (groupId: string) => boolean;
  /** Why no turn can run at all just now (no model credential, say), or null. */
  obstacle: () => { code: TurnErrorCode; detail: string } | null;
  pool: {
    ensure: (group: PooledGroup, signal: AbortSignal) => Promise<PooledSandbox>;
    isLive: (groupId: string, generation: number) => boolean;
    giveUp: (groupId: string, generation: number, detail: string) => Promise<void>;
    touch: (groupId: string) => void;
  };
  request: <Reply>(
    subject: string,
    value: unknown,
    reply: z.ZodType<Reply>,
    timeoutMs: number,
    signal: AbortSignal,
  ) => Promise<Reply>;
  /** Without the bus no sandbox can answer, and none is to blame. */
  isBusUp?: () => boolean;
  publish: (event: PraktorEvent) => void;
  /** The turn runs now: show it to the person. */
  onStarted: (turn: Turn, conversation: Conversation) => void;
  /** Puts the files that came with these messages into the workspace. Never rejects. */
  fetchFiles?: (messages: readonly Message[], signal: AbortSignal) => Promise<FetchedFiles>;
  /** Patterns of the tools that people are asked about before the group's agent uses them. */
  approvalTools?: (groupId: string) => Promise<string[]>;
  /** The task that a turn of the scheduler's works for, with its own limits; null where those of all turns hold. */
  taskOf?: (turnId: string) => Promise<TurnTask | null>;
  /** Whether a turn of the scheduler's has anything to do; its sandbox runs. */
  preCheck?: (turn: Turn, signal: AbortSignal) => Promise<PreCheckOutcome>;
  passPoint?: PassPoint;
}

export interface Reservation {
  claim: { epoch: number; deadlineAt: number };
  settle: (turn: Turn | null) => void;
}

/** How long the runner may take to accept; it does no work for it. */
const acceptTimeoutMs = 10_000;
const acceptTries = 3;
/** A full house is looked at again when a turn ends; a sandbox may also have gone otherwise, so after this time too. */
const fullHouseMs = 5_000;
const controlTimeoutMs = 5_000;
/** How long a runner may say that it is busy with a turn that the gateway does not know of. */
const refusalPatienceMs = 60_000;
/** After a step that the store refused: its disk is full, say. */
const storeRetryMs = 2_000;
/** While the bus is away, nobody can answer: it is looked at again after this time. */
const busRetryMs = 1_000;

export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #background: Background;
  readonly #deadlines = new Map<string, NodeJS.Timeout>();
  /** Turns whose people were told that they must wait for a place. */
  readonly #toldToWait = new Set<string>();
  /** Groups for which there was no room: not tried again before something may have changed. */
  readonly #withoutRoom = new Set<string>();
  /** By turn: when its runner first said that it is busy. */
  readonly #refusedSince = new Map<string, number>();
  #roomTimer: NodeJS.Timeout | undefined;
  #pumping = false;
  #again = false;
  /** Places of groups that a message which is being stored may take. */
  readonly #reserved = new Map<string, number>();
  #paused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#background = new Background((error) =>
      options.logger.error({ error: errorMessage(error) }, "dispatching failed"),
    );
  }

  /** Something may be ready to run. Cheap, and may be called at any time. */
  wake(): void {
    if (this.#paused) return;
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    this.#background.run((signal) => this.#pump(signal));
  }

  /**
   * Room for a turn that is claimed in the transaction that stores it, or null. `settle` gives the room back, with the turn as it was
   * stored; it must be called.
   */
  reserve(groupId: string): Reservation | null {
    const { running, maxConversations, epoch, clock, turnTimeoutMs } = this.#options;
    const reserved = this.#reserved.get(groupId) ?? 0;
    if (this.#paused || this.#withoutRoom.has(groupId)) return null;
    if (running.of(groupId).length + reserved >= maxConversations) return null;
    this.#reserved.set(groupId, reserved + 1);
    const settle = (turn: Turn | null): void => {
      const others = (this.#reserved.get(groupId) ?? 1) - 1;
      if (others > 0) this.#reserved.set(groupId, others);
      else this.#reserved.delete(groupId);
      if (turn?.state === "running" && turn.leaseEpoch === epoch && !running.get(turn.id)) this.#claimed(turn);
      else this.wake();
    };
    return { claim: { epoch, deadlineAt: clock.now() + turnTimeoutMs }, settle };
  }

  /** No more turns are claimed; those that run go on. */
  pause(): void {
    this.#paused = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#roomTimer);
  }

  /** Claims again, after `pause`. */
  resume(): void {
    this.#paused = false;
    this.wake();
  }

  /** A turn that an earlier life of the gateway gave to a sandbox which still runs it. */
  async adopt(turn: Turn): Promise<void> {
    await this.#options.turns.adopt(turn.id, this.#options.epoch);
    const adopted = { ...turn, leaseEpoch: this.#options.epoch };
    this.#options.running.begin(adopted, false);
    this.#watchDeadline(adopted);
    const conversation = await this.#options.conversations.get(turn.conversationId);
    if (conversation?.sessionId != null) this.#options.running.inSession(turn.id, conversation.sessionId);
    if (conversation) this.#options.onStarted(adopted, conversation);
    // The wish to stop it came before the gateway's end.
    if (adopted.cancelRequested) this.#background.run((signal) => this.#interrupt(adopted, signal));
  }

  /** Ends a turn on the person's wish. Null: there is no such open turn. */
  async stopTurn(turnId: string): Promise<Turn | null> {
    const { turns, endings, running } = this.#options;
    const turn = await turns.requestCancel(turnId);
    if (!turn) return null;
    const live = running.get(turnId);
    if (live) live.turn = { ...live.turn, cancelRequested: true };
    if (turn.state === "queued" || live?.dispatching !== false)
      await endings.fail(turn, "interrupted", "stopped by the person");
    else this.#background.run((signal) => this.#interrupt(turn, signal));
    return turn;
  }

  /** The runner's word about what it holds, after its start or a reconnect: turns that it should hold and does not are tried again. */
  async reconcile(groupId: string, generation: number, runner: RunnerStatus): Promise<void> {
    const { turns, running, endings } = this.#options;
    const held = new Set(runner.turns.map((turn) => `${turn.turnId}/${turn.attempt}`));
    const suspects = running
      .of(groupId)
      .filter(
        ({ dispatching, turn }) =>
          !dispatching && turn.sandboxGeneration === generation && !held.has(`${turn.id}/${turn.attempt}`),
      );
    if (suspects.length === 0) return;
    // The word may be older than an acceptance that came meanwhile: ask again, and believe the newer one.
    const reply = await this.#control(groupId, { command: "status" });
    if (reply?.status !== "ok" || !reply.runner) return;
    const heldNow = new Set(reply.runner.turns.map((turn) => `${turn.turnId}/${turn.attempt}`));
    for (const { turn } of suspects.filter((suspect) => !heldNow.has(`${suspect.turn.id}/${suspect.turn.attempt}`))) {
      const current = await turns.get(turn.id);
      if (current?.state !== "running" || current.attempt !== turn.attempt) continue;
      // Given away by an earlier life of the gateway that ended before it arrived: nothing was tried.
      if (current.acceptedAt === null) await endings.putBack(current, null, null);
      else await endings.retryOrFail(current, "lost", "The agent's process was started anew.", true);
    }
  }

  /** The sandbox ended and nobody had asked for that. */
  async sandboxLost(groupId: string, generation: number, detail: string): Promise<void> {
    const { turns, running, endings } = this.#options;
    for (const { turn, dispatching } of running.of(groupId)) {
      if (dispatching || turn.sandboxGeneration !== generation) continue;
      const current = await turns.get(turn.id);
      if (current?.state !== "running" || current.attempt !== turn.attempt) continue;
      await endings.retryOrFail(current, "lost", detail, current.acceptedAt !== null);
    }
  }

  /** Forgets what was kept for a turn that is over, and looks for the next. */
  turnEnded(turn: Turn): void {
    clearTimeout(this.#deadlines.get(turn.id));
    this.#deadlines.delete(turn.id);
    if (turn.state !== "queued") {
      this.#toldToWait.delete(turn.id);
      this.#refusedSince.delete(turn.id);
      this.#withoutRoom.clear();
    }
    this.#options.pool.touch(turn.groupId);
    this.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pause();
    for (const timer of this.#deadlines.values()) clearTimeout(timer);
    await this.#background[Symbol.asyncDispose]();
  }

  async #pump(signal: AbortSignal): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#claimAll();
        // Inside the loop: whoever wakes it while it looks at the time must not be overheard.
        await this.#sleepUntilNext();
      } while (this.#again && !signal.aborted);
    } catch (error) {
      // The store could not be asked: nobody else would look again.
      clearTimeout(this.#timer);
      if (!this.#paused) this.#timer = setTimeout(() => this.wake(), storeRetryMs);
      throw error;
    } finally {
      this.#pumping = false;
    }
  }

  async #claimAll(): Promise<void> {
    const { turns, running, maxConversations, epoch, clock, turnTimeoutMs } = this.#options;
    for (const { conversationId, groupId } of await turns.runnable()) {
      if (this.#paused) return;
      if (this.#options.isHeld?.(groupId) === true) continue;
      const taken = running.of(groupId).length + (this.#reserved.get(groupId) ?? 0);
      if (this.#withoutRoom.has(groupId) || taken >= maxConversations) continue;
      const turn = await turns.claim({ conversationId, epoch, deadlineAt: clock.now() + turnTimeoutMs });
      if (turn) this.#claimed(turn);
    }
  }

  #claimed(turn: Turn): void {
    this.#options.passPoint?.("turn_claimed");
    this.#options.running.begin(turn, true);
    this.#watchDeadline(turn);
    this.#background.run((signal) => this.#dispatch(turn, signal));
  }

  async #sleepUntilNext(): Promise<void> {
    const { turns, clock } = this.#options;
    clearTimeout(this.#timer);
    const next = await turns.nextWakeUp();
    if (next === null || this.#paused) return;
    this.#timer = setTimeout(() => this.wake(), Math.min(Math.max(next - clock.now(), 10), 60_000));
  }

  async #dispatch(turn: Turn, signal: AbortSignal): Promise<void> {
    const { endings, obstacle } = this.#options;
    try {
      const blocked = obstacle();
      if (blocked) return await this.#insist(signal, () => endings.fail(turn, blocked.code, blocked.detail));
      await this.#deliver(turn, signal);
    } catch (error) {
      // A stopping gateway leaves the turn to its next life.
      if (signal.aborted && isAbort(error)) return;
      await this.#insist(signal, () => this.#notDelivered(turn, error));
    }
  }

  async #notDelivered(turn: Turn, error: unknown): Promise<void> {
    const { endings, logger } = this.#options;
    if (error instanceof PraktorError && error.code === "limit_reached") return await this.#wait(turn, error);
    const sentence =
      error instanceof PraktorError && error.hint ? `${error.message} ${error.hint}` : errorMessage(error);
    logger.warn(
      { turn: turn.id, group: turn.groupId, error: errorMessage(error) },
      "a turn could not be given to a sandbox",
    );
    // A full disk is no fault of the turn, and nobody could be told either: it waits until there is space.
    if (error instanceof PraktorError && error.code === "store_full") {
      return await endings.putBack(turn, this.#options.clock.now() + storeRetryMs, sentence);
    }
    // The runner never had it: another try is safe.
    if (error instanceof PraktorError && (error.code === "not_accepted" || error.code === "ended_early")) {
      return await endings.retryOrFail(turn, "start_failed", sentence, false);
    }
    await endings.fail(turn, "start_failed", sentence);
  }

  /** A turn whose end the store refuses would block its conversation: what is known of a turn is tried until it is stored. */
  async #insist(signal: AbortSignal, store: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await store();
      } catch (error) {
        if (!(error instanceof PraktorError && error.code.startsWith("store_"))) throw error;
        this.#options.logger.error({ error: errorMessage(error) }, "what became of a turn could not be stored");
        await sleep(storeRetryMs, signal);
      }
    }
  }

  /** Until the runner has accepted the turn. */
  async #deliver(turn: Turn, signal: AbortSignal): Promise<void> {
    const { groups, conversations, messages, turns, pool, running, onStarted, passPoint } = this.#options;
    const [group, conversation] = await Promise.all([groups.get(turn.groupId), conversations.get(turn.conversationId)]);
    if (!group || !conversation) throw new PraktorError("gone", "The group or conversation of this message is gone.");
    const isTask = turn.sender === "scheduler";
    // A task that may find nothing to do is not shown before that is known.
    if (!isTask) onStarted(turn, conversation);
    this.#publishTurn(turn);
    const sandbox = await pool.ensure(group, signal);
    // Stopped by the person, or timed out, while its sandbox started.
    const isWanted = (): boolean => running.get(turn.id)?.turn.attempt === turn.attempt;
    if (!isWanted()) return;
    await turns.assign(turn.id, turn.attempt, sandbox.generation);
    passPoint?.("turn_assigned");
    const checked = (isTask ? await this.#options.preCheck?.(turn, signal) : null) ?? { type: "wake", note: null };
    if (!isWanted()) return;
    if (checked.type === "skip")
      return await this.#insist(signal, () => this.#options.endings.leaveOut(turn, checked.reason));
    if (isTask) onStarted(turn, conversation);
    const spoken = await messages.byTurn(turn.id);
    const { files, note } = (await this.#options.fetchFiles?.(spoken, signal)) ?? { files: [], note: null };
    if (!isWanted()) return;
    const text = [promptOf(spoken), checked.note, note].filter((words) => words !== null).join("\n\n");
    const task = isTask ? ((await this.#options.taskOf?.(turn.id)) ?? null) : null;
    const approvalTools = (await this.#options.approvalTools?.(group.id)) ?? [];
    const input = this.#input(turn, group, conversation, text, task);
    if (conversation.sessionId !== null) running.inSession(turn.id, conversation.sessionId);
    const reply = await this.#send(
      { ...input, ...inputFiles(files), ...(approvalTools.length === 0 ? {} : { approvalTools }) },
      sandbox,
      signal,
    );
    const live = isWanted() ? running.get(turn.id) : undefined;
    if (reply.status === "refused") return await this.#refused(turn, sandbox, reply);
    this.#refusedSince.delete(turn.id);
    passPoint?.("input_accepted");
    // The runner works already: only the note of it may have to wait for the store.
    await this.#insist(signal, () => turns.accepted(turn.id, turn.attempt));
    // It ended while the runner took it: the runner must not go on with it.
    if (!live) return void (await this.#control(group.id, { command: "interrupt", turnId: turn.id }));
    live.turn = { ...live.turn, sandboxGeneration: sandbox.generation, acceptedAt: this.#options.clock.now() };
    live.dispatching = false;
    if (live.turn.cancelRequested) await this.#interrupt(live.turn, signal);
    // It may have died between its acceptance and our note of it: then nobody else will say so.
    if (!pool.isLive(group.id, sandbox.generation)) await this.sandboxLost(group.id, sandbox.generation, "It ended.");
  }

  /** A runner is busy while an earlier turn of the conversation still goes down; for longer than that, something hangs in it. */
  async #refused(
    turn: Turn,
    sandbox: PooledSandbox,
    reply: Extract<AgentInputReply, { status: "refused" }>,
  ): Promise<void> {
    const { endings, clock, pool } = this.#options;
    if (reply.code === "invalid") {
      throw new PraktorError("refused", `The agent's process refused the message: ${reply.message}`);
    }
    const now = clock.now();
    const since = this.#refusedSince.get(turn.id) ?? now;
    this.#refusedSince.set(turn.id, since);
    if (now - since < refusalPatienceMs) return await endings.putBack(turn, now + 1000, reply.message);
    this.#refusedSince.delete(turn.id);
    await pool.giveUp(turn.groupId, sandbox.generation, `It refused work for too long: ${reply.message}`);
    throw new PraktorError("not_accepted", `The sandbox took no work: ${reply.message}`);
  }

  async #send(input: AgentInput, sandbox: PooledSandbox, signal: AbortSignal): Promise<AgentInputReply> {
    const { request, pool, isBusUp } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await request(subjects.agentInput(input.groupID), input, AgentInputReply, acceptTimeoutMs, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof PraktorError && error.code === "payload_too_large") throw error;
        if (isBusUp?.() === false && this.#options.running.get(input.turnId)) {
          attempt = 0;
          await sleep(busRetryMs, signal);
          continue;
        }
        const gone = !pool.isLive(input.groupID, sandbox.generation);
        if (gone || attempt >= acceptTries) {
          const failure = new PraktorError(
            "not_accepted",
            `The sandbox runs but does not answer: ${errorMessage(error)}`,
            { cause: error },
          );
          if (!gone) await pool.giveUp(input.groupID, sandbox.generation, failure.message);
          throw failure;
        }
        await sleep(500 * attempt, signal);
      }
    }
  }

  #input(turn: Turn, group: Group, conversation: Conversation, text: string, task: TurnTask | null): AgentInput {
    const { address } = conversation;
    const model = task?.model ?? group.model ?? this.#options.defaultModel;
    return {
      turnId: turn.id,
      conversationId: conversation.id,
      groupID: group.id,
      attempt: turn.attempt,
      text,
      sender: turn.sender,
      maxTurns: task?.maxTurns ?? this.#options.maxTurns,
      ...(task === null ? {} : { task_id: task.id }),
      ...(task === null || task.maxCostUsd === null ? {} : { maxCostUsd: task.maxCostUsd }),
      ...(group.isMain ? { isMain: true } : {}),
      ...(address.channel === "telegram" ? { chat_id: address.chatId } : {}),
      ...(conversation.sessionId === null ? {} : { sessionId: conversation.sessionId }),
      ...(turn.interrupted ? { interrupted: true } : {}),
      ...(model === undefined ? {} : { model }),
    };
  }

  /** Every place is taken by a busy group: the message keeps its place in the queue, and the person knows. */
  async #wait(turn: Turn, error: PraktorError): Promise<void> {
    const { endings } = this.#options;
    this.#withoutRoom.add(turn.groupId);
    clearTimeout(this.#roomTimer);
    if (!this.#paused) {
      this.#roomTimer = setTimeout(() => {
        this.#withoutRoom.clear();
        this.wake();
      }, fullHouseMs);
    }
    await endings.putBack(turn, null, error.message);
    if (turn.sender === "scheduler" || this.#toldToWait.has(turn.id)) return;
    this.#toldToWait.add(turn.id);
    await endings.notice(turn, `⏳ ${error.message} Your message waits for a place; you need not send it again.`);
  }

  /** Fails a turn that runs beyond what it may spend; its runner is told to leave it. */
  async stopSpending(turn: Turn, detail: string): Promise<void> {
    await this.#options.endings.fail(turn, "budget", detail, { attempt: turn.attempt });
    await this.#control(turn.groupId, { command: "interrupt", turnId: turn.id });
  }

  async #interrupt(turn: Turn, signal: AbortSignal): Promise<void> {
    const reply = await this.#control(turn.groupId, { command: "interrupt", turnId: turn.id });
    if (reply?.status === "ok") await sleep(controlTimeoutMs, signal);
    // It had its time to end by itself; a late fact of it is stale.
    const current = await this.#options.turns.get(turn.id);
    if (current?.state === "running") await this.#options.endings.fail(current, "interrupted", "stopped by the person");
  }

  async #control(groupId: string, command: AgentControl): Promise<AgentControlReply | null> {
    const { request } = this.#options;
    const signal = deadline(this.#background.signal, controlTimeoutMs);
    return await request(subjects.agentControl(groupId), command, AgentControlReply, controlTimeoutMs, signal).catch(
      () => null,
    );
  }

  #watchDeadline(turn: Turn): void {
    if (turn.deadlineAt === null) return;
    const delayMs = Math.max(0, turn.deadlineAt - this.#options.clock.now());
    const expire = (): void => {
      this.#background.run(async (signal) => {
        await this.#insist(signal, () =>
          this.#options.endings.fail(turn, "timeout", "past its deadline", { attempt: turn.attempt }),
        );
        await this.#control(turn.groupId, { command: "interrupt", turnId: turn.id });
      });
    };
    this.#deadlines.set(turn.id, setTimeout(expire, Math.min(delayMs, 2 ** 31 - 1)));
  }

  #publishTurn(turn: Turn): void {
    const { groupId, conversationId, id, state, attempt, error } = turn;
    this.#options.publish({ type: "turn", groupId, conversationId, turnId: id, state, attempt, error });
  }
}

/** All of them are named in the words; the protocol carries a bounded number to be looked at. */
function inputFiles(files: readonly InputFile[]): Pick<AgentInput, "files"> {
  return files.length === 0 ? {} : { files: files.slice(0, 32) };
}
