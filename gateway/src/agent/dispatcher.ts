/** Gives queued turns to sandboxes: one at a time in a conversation, in order; conversations of a group side by side. */
import type { RunnerStatus } from "@praktor/protocol/agent-control";
import { Background } from "../kit/background.ts";
import { abortable } from "../kit/deadline.ts";
import { errorMessage, errorSentence, isAbort, PraktorError } from "../kit/praktor-error.ts";
import type { TurnClaim } from "../store/contract/turn-store.ts";
import type { Turn, TurnErrorCode } from "../store/rows.ts";
import { GroupPlaces } from "./group-places.ts";
import { HandOver, type HandOverParts } from "./hand-over.ts";
import { insist, storeRetryMs } from "./insist.ts";
import { LostTurns } from "./lost-turns.ts";
import { RunnerControl } from "./runner-control.ts";
import { TurnDeadlines } from "./turn-deadlines.ts";

export interface DispatcherOptions extends HandOverParts {
  epoch: number;
  maxConversations: number;
  turnTimeoutMs: number;
  /** Turns of this group wait while its sandbox is replaced; whoever says so wakes the dispatcher afterwards. */
  isHeld?: (groupId: string) => boolean;
  /** Why no turn can run at all just now (no model credential, say), or null. */
  obstacle: () => Refusal | null;
  /** Why this turn may not begin now (its budget is spent, say), or null; asked before its sandbox is started. */
  refusal?: (turn: Turn) => Promise<Refusal | null>;
}

/** `detail` is for the person: what keeps the turn from running, and what to do. */
export interface Refusal {
  code: TurnErrorCode;
  detail: string;
  /** Its people know of it: the turn is left out without a word, and the page shows why. */
  isKnown?: boolean;
}

export interface Reservation {
  claim: Omit<TurnClaim, "conversationId">;
  settle: (turn: Turn | null) => void;
}

export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #background: Background;
  readonly #control: RunnerControl;
  readonly #deadlines: TurnDeadlines;
  readonly #lost: LostTurns;
  readonly #handOver: HandOver;
  readonly #places: GroupPlaces;
  /** Turns whose people were told that they must wait for a place. */
  readonly #toldToWait = new Set<string>();
  #pumping = false;
  #again = false;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#background = new Background((error) =>
      options.logger.error({ error: errorMessage(error) }, "dispatching failed"),
    );
    const background = this.#background;
    const control = new RunnerControl({ ...options, lifetime: background.signal });
    const lost = new LostTurns({ ...options, control });
    this.#control = control;
    this.#lost = lost;
    this.#deadlines = new TurnDeadlines({ ...options, control, background });
    this.#handOver = new HandOver(options, {
      leave: (turn) => control.leave(turn),
      interrupt: (turn, signal) => control.interrupt(turn, signal),
      sandboxLost: (groupId, generation, detail) => lost.sandboxLost(groupId, generation, detail),
    });
    this.#places = new GroupPlaces({ ...options, onRoom: () => this.wake() });
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
    const { running, epoch } = this.#options;
    if (this.#paused || this.#options.isHeld?.(groupId) === true || !this.#places.isFree(groupId)) return null;
    this.#places.reserve(groupId);
    const settle = (turn: Turn | null): void => {
      this.#places.release(groupId);
      if (turn?.state === "running" && turn.leaseEpoch === epoch && !running.get(turn.id)) this.#claimed(turn);
      else this.wake();
    };
    return { claim: this.#claimFor(groupId), settle };
  }

  /** No more turns are claimed; those that run go on. */
  pause(): void {
    this.#paused = true;
    clearTimeout(this.#timer);
    this.#places.stopWaiting();
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
    this.#deadlines.watch(adopted);
    const conversation = await this.#options.conversations.get(turn.conversationId);
    if (conversation?.sessionId != null) this.#options.running.inSession(turn.id, conversation.sessionId);
    if (conversation) this.#options.onStarted(adopted, conversation);
    // The wish to stop it came before the gateway's end.
    if (adopted.cancelRequested) this.#background.run((signal) => this.#control.interrupt(adopted, signal));
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
    else this.#background.run((signal) => this.#control.interrupt(turn, signal));
    return turn;
  }

  /** Fails a turn that runs beyond what it may spend; its runner is told to leave it. */
  async stopSpending(turn: Turn, detail: string): Promise<void> {
    await this.#options.endings.fail(turn, "budget", detail, { attempt: turn.attempt });
    await this.#control.leave(turn);
  }

  /** See `LostTurns.reconcile`. */
  async reconcile(groupId: string, generation: number, runner: RunnerStatus): Promise<void> {
    await this.#lost.reconcile(groupId, generation, runner);
  }

  /** See `LostTurns.sandboxLost`. */
  async sandboxLost(groupId: string, generation: number, detail: string): Promise<void> {
    await this.#lost.sandboxLost(groupId, generation, detail);
  }

  /** Forgets what was kept for a turn that is over, and looks for the next. */
  turnEnded(turn: Turn): void {
    this.#deadlines.forget(turn.id);
    if (turn.state !== "queued") {
      this.#toldToWait.delete(turn.id);
      this.#handOver.forget(turn.id);
      this.#places.roomAgain();
    }
    this.#options.pool.touch(turn.groupId);
    this.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pause();
    this.#deadlines[Symbol.dispose]();
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
    const { turns } = this.#options;
    for (const { conversationId, groupId } of await turns.runnable()) {
      if (this.#paused) return;
      if (this.#options.isHeld?.(groupId) === true) continue;
      if (!this.#places.isFree(groupId)) continue;
      const turn = await turns.claim({ conversationId, ...this.#claimFor(groupId) });
      if (turn) this.#claimed(turn);
    }
  }

  #claimFor(groupId: string): Omit<TurnClaim, "conversationId"> {
    const { epoch, clock, turnTimeoutMs, pool } = this.#options;
    return { epoch, deadlineAt: clock.now() + turnTimeoutMs, sandboxGeneration: pool.generationOf(groupId) };
  }

  #claimed(turn: Turn): void {
    this.#options.passPoint?.("turn_claimed");
    this.#options.logger.debug({ turn: turn.id }, "a turn is claimed");
    this.#options.running.begin(turn, true);
    this.#deadlines.watch(turn);
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
    const { endings, obstacle, refusal, logger } = this.#options;
    try {
      const blocked = obstacle() ?? (refusal ? await abortable(refusal(turn), signal) : null);
      if (blocked) {
        const { code, detail, isKnown = false } = blocked;
        return await insist(logger, signal, () =>
          isKnown ? endings.leaveOut(turn, detail) : endings.fail(turn, code, detail, { attempt: turn.attempt }),
        );
      }
      await this.#handOver.deliver(turn, signal);
    } catch (error) {
      // A stopping gateway leaves the turn to its next life.
      if (signal.aborted && isAbort(error)) return;
      await insist(logger, signal, () => this.#notDelivered(turn, error));
    }
  }

  async #notDelivered(turn: Turn, error: unknown): Promise<void> {
    const { endings, logger } = this.#options;
    if (error instanceof PraktorError && error.code === "limit_reached") return await this.#wait(turn, error);
    const sentence = errorSentence(error);
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

  /** Every place is taken by a busy group: the message keeps its place in the queue, and the person knows. */
  async #wait(turn: Turn, error: PraktorError): Promise<void> {
    const { endings } = this.#options;
    this.#places.noRoom(turn.groupId);
    if (this.#paused) this.#places.stopWaiting();
    await endings.putBack(turn, null, error.message);
    if (turn.sender === "scheduler" || this.#toldToWait.has(turn.id)) return;
    this.#toldToWait.add(turn.id);
    await endings.notice(turn, `⏳ ${error.message} Your message waits for a place; you need not send it again.`);
  }
}
