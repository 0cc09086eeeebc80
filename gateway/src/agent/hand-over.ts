/** Gives one claimed turn to its group's sandbox: what the agent needs is put together, and the runner accepts it. */
import { AgentInputReply, type AgentInput } from "@praktor/protocol/agent-input";
import type { PraktorEvent } from "@praktor/protocol/events";
import * as subjects from "@praktor/protocol/subjects";
import type { Clock } from "../kit/clock.ts";
import type { PassPoint } from "../kit/crash-points.ts";
import { sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { MessageStore } from "../store/contract/message-store.ts";
import type { TurnStore } from "../store/contract/turn-store.ts";
import type { Conversation, Message, Turn } from "../store/rows.ts";
import type { AskSandbox } from "./ask-sandbox.ts";
import { agentInput, type FetchedFiles, type InputLimits, type TurnTask } from "./agent-input.ts";
import { insist } from "./insist.ts";
import type { PooledGroup, PooledSandbox } from "./pooled-sandbox.ts";
import type { PreCheckOutcome } from "./pre-check.ts";
import { promptOf } from "./prompt.ts";
import type { RunningTurns } from "./running-turns.ts";
import type { TurnEndings } from "./turn-endings.ts";

/** What the gateway hands in. */
export interface HandOverParts extends InputLimits {
  turns: TurnStore;
  groups: GroupStore;
  conversations: ConversationStore;
  messages: MessageStore;
  running: RunningTurns;
  endings: TurnEndings;
  clock: Clock;
  logger: Logger;
  pool: {
    ensure: (group: PooledGroup, signal: AbortSignal) => Promise<PooledSandbox>;
    generationOf: (groupId: string) => number | null;
    isLive: (groupId: string, generation: number) => boolean;
    giveUp: (groupId: string, generation: number, detail: string) => Promise<void>;
    touch: (groupId: string) => void;
  };
  request: AskSandbox;
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

/** What concerns a turn whose runner has it. */
export interface AfterHandOver {
  leave: (turn: Turn) => Promise<void>;
  interrupt: (turn: Turn, signal: AbortSignal) => Promise<void>;
  sandboxLost: (groupId: string, generation: number, detail: string) => Promise<void>;
}

/** How long the runner may take to accept; it does no work for it. */
const acceptTimeoutMs = 10_000;
const acceptTries = 3;
/** How long a runner may say that it is busy with a turn that the gateway does not know of. */
const refusalPatienceMs = 60_000;
/** While the bus is away, nobody can answer: it is looked at again after this time. */
const busRetryMs = 1_000;

export class HandOver {
  readonly #options: HandOverParts;
  readonly #after: AfterHandOver;
  /** By turn: when its runner first said that it is busy. */
  readonly #refusedSince = new Map<string, number>();

  constructor(options: HandOverParts, after: AfterHandOver) {
    this.#options = options;
    this.#after = after;
  }

  /** Until the runner has accepted the turn. */
  async deliver(turn: Turn, signal: AbortSignal): Promise<void> {
    const { groups, conversations, messages, turns, pool, running, onStarted, logger, passPoint } = this.#options;
    const [group, conversation] = await Promise.all([groups.get(turn.groupId), conversations.get(turn.conversationId)]);
    if (!group || !conversation) throw new PraktorError("gone", "The group or conversation of this message is gone.");
    // Stopped by the person, or timed out: before this began, or while its sandbox started.
    const isWanted = (): boolean => running.get(turn.id)?.turn.attempt === turn.attempt;
    if (!isWanted()) return;
    const isTask = turn.sender === "scheduler";
    // A task that may find nothing to do is not shown before that is known.
    if (!isTask) onStarted(turn, conversation);
    this.#publishTurn(turn);
    const sandbox = await pool.ensure(group, signal);
    if (!isWanted()) return;
    // Most turns were claimed for it: one commit less between the person's word and the agent.
    if (turn.sandboxGeneration !== sandbox.generation) await turns.assign(turn.id, turn.attempt, sandbox.generation);
    passPoint?.("turn_assigned");
    const checked = (isTask ? await this.#options.preCheck?.(turn, signal) : null) ?? { type: "wake", note: null };
    if (!isWanted()) return;
    if (checked.type === "skip")
      return await insist(logger, signal, () => this.#options.endings.leaveOut(turn, checked.reason));
    if (isTask) onStarted(turn, conversation);
    const spoken = await messages.byTurn(turn.id);
    const { files, note } = (await this.#options.fetchFiles?.(spoken, signal)) ?? { files: [], note: null };
    if (!isWanted()) return;
    const text = [promptOf(spoken), checked.note, note].filter((words) => words !== null).join("\n\n");
    const task = isTask ? ((await this.#options.taskOf?.(turn.id)) ?? null) : null;
    const approvalTools = (await this.#options.approvalTools?.(group.id)) ?? [];
    if (conversation.sessionId !== null) running.inSession(turn.id, conversation.sessionId);
    const input = agentInput({ turn, group, conversation, text, task, files, approvalTools }, this.#options);
    logger.debug({ turn: turn.id }, "a turn goes to its sandbox");
    const reply = await this.#send(input, sandbox, signal);
    const live = isWanted() ? running.get(turn.id) : undefined;
    if (reply.status === "refused") return await this.#refused(turn, sandbox, reply);
    this.#refusedSince.delete(turn.id);
    passPoint?.("input_accepted");
    // The runner works already: only the note of it may have to wait for the store.
    await insist(logger, signal, () => turns.accepted(turn.id, turn.attempt));
    // It ended while the runner took it: the runner must not go on with it.
    if (!live) return await this.#after.leave(turn);
    live.turn = { ...live.turn, sandboxGeneration: sandbox.generation, acceptedAt: this.#options.clock.now() };
    live.dispatching = false;
    if (live.turn.cancelRequested) await this.#after.interrupt(live.turn, signal);
    // It may have died between its acceptance and our note of it: then nobody else will say so.
    if (!pool.isLive(group.id, sandbox.generation)) {
      await this.#after.sandboxLost(group.id, sandbox.generation, "It ended.");
    }
  }

  /** The turn is over. */
  forget(turnId: string): void {
    this.#refusedSince.delete(turnId);
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

  #publishTurn(turn: Turn): void {
    const { groupId, conversationId, id, state, attempt, error } = turn;
    this.#options.publish({ type: "turn", groupId, conversationId, turnId: id, state, attempt, error });
  }
}
