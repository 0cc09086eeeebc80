/** The ways a turn ends other than with an answer: failed, cancelled, or queued again. Each tells the person and everyone who watches. */
import type { FactOutput } from "@praktor/protocol/agent-output";
import type { PraktorEvent } from "@praktor/protocol/events";
import { backoffMs } from "../kit/backoff.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { MessageStore } from "../store/contract/message-store.ts";
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import type { TurnStore } from "../store/contract/turn-store.ts";
import type { Message, Turn, TurnErrorCode } from "../store/rows.ts";
import type { Address } from "@praktor/protocol/address";
import { explain } from "./explanations.ts";
import { messageView } from "./message-view.ts";
import type { RunningTurns } from "./running-turns.ts";

export interface TurnEndingsOptions {
  turns: TurnStore;
  messages: MessageStore;
  conversations: ConversationStore;
  running: RunningTurns;
  clock: Clock;
  logger: Logger;
  maxAttempts: number;
  /** Markdown as parts for an address; none where nothing is delivered. */
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  /** Takes known secrets out of what Praktor's own parts say, before it is cut; what a runner says comes without its sandbox's secrets. */
  redact: (text: string) => string;
  /** A turn is no longer running: there may be room for the next. */
  onEnded: (turn: Turn) => void;
  /** For a turn that nobody's message began: why it failed and what to do, in place of the words to a person who wrote. */
  explainTask?: (turn: Turn, code: TurnErrorCode, error: string) => Promise<string | null>;
  onOutgoing: () => void;
}

export class TurnEndings {
  readonly #options: TurnEndingsOptions;

  constructor(options: TurnEndingsOptions) {
    this.#options = options;
  }

  /** An answer was committed. */
  succeeded(turn: Turn, message: Message): void {
    this.#ended(turn, message);
    if (turn.usage) {
      const { groupId, conversationId, id, usage } = turn;
      this.#options.publish({ type: "usage", groupId, conversationId, turnId: id, usage });
    }
  }

  /** Ends the turn with an explanation; does nothing when it had ended before. */
  async fail(
    turn: Turn,
    code: TurnErrorCode,
    error: string,
    cause: { fact?: Extract<FactOutput, { type: "failed" }>; attempt?: number } = {},
  ): Promise<void> {
    const { turns, conversations, render, logger } = this.#options;
    const conversation = await conversations.get(turn.conversationId);
    const detail = cause.fact ? error : this.#options.redact(error);
    const partial = cause.fact?.partialText?.trim();
    const ofTask = turn.sender === "scheduler" ? await this.#options.explainTask?.(turn, code, detail) : null;
    const sentence = ofTask ?? explain(code, detail);
    const explanation = partial ? `${partial}\n\n${sentence}` : sentence;
    const ended = await turns.end({
      turnId: turn.id,
      ...cause,
      state: code === "interrupted" ? "cancelled" : "failed",
      code,
      error,
      explanation,
      parts: conversation ? render(conversation.address, explanation) : [],
    });
    if (!ended) return;
    logger[code === "interrupted" ? "info" : "warn"](
      { turn: turn.id, group: turn.groupId, code, error },
      "a turn ended without an answer",
    );
    this.#ended(ended.turn, ended.message);
  }

  /** Ends the turn before the agent heard of it: there was nothing to do, or no budget to do it. The page shows it; nobody is written to. */
  async leaveOut(turn: Turn, reason: string): Promise<void> {
    const ended = await this.#options.turns.end({
      turnId: turn.id,
      attempt: turn.attempt,
      state: "cancelled",
      code: "not_needed",
      error: reason,
      explanation: explain("not_needed", reason),
      parts: [],
    });
    if (ended) this.#ended(ended.turn, ended.message);
  }

  /** For a turn whose attempt cannot go on: another try if it has one left, else the end. */
  async retryOrFail(turn: Turn, code: TurnErrorCode, error: string, interrupted: boolean): Promise<void> {
    if (!turn.cancelRequested && turn.tries >= this.#options.maxAttempts) return await this.fail(turn, code, error);
    const notBefore = turn.tries === 1 ? null : this.#options.clock.now() + backoffMs(turn.tries - 1, 500, 30_000);
    await this.#again(turn, error, { interrupted, notBefore, countAttempt: true });
  }

  /** Another try at once, however many there were, and this one is not counted: what cut it (the gateway's own end) was not the turn's doing. */
  async retry(turn: Turn, error: string, interrupted: boolean): Promise<void> {
    await this.#again(turn, error, { interrupted, notBefore: null, countAttempt: false });
  }

  async #again(
    turn: Turn,
    error: string,
    how: { interrupted: boolean; notBefore: number | null; countAttempt: boolean },
  ): Promise<void> {
    const { turns, running, onEnded, logger } = this.#options;
    if (turn.cancelRequested) return await this.fail(turn, "interrupted", error);
    const again = await turns.requeue(turn.id, turn.attempt, { ...how, error });
    if (!again) return;
    logger.warn({ turn: turn.id, group: turn.groupId, attempt: turn.attempt, error }, "a turn is tried again");
    running.end(turn.id);
    this.#publishTurn(again);
    onEnded(again);
  }

  /** Back into the queue as if it had not been claimed: nothing was tried. */
  async putBack(turn: Turn, notBefore: number | null, error: string | null): Promise<void> {
    const { turns, running, onEnded } = this.#options;
    const again = await turns.requeue(turn.id, turn.attempt, {
      interrupted: turn.interrupted,
      notBefore,
      error,
      countAttempt: false,
    });
    running.end(turn.id);
    if (!again) return;
    this.#publishTurn(again);
    onEnded(again);
  }

  /** Praktor's own words in the conversation of a turn that goes on. */
  async notice(turn: Turn, content: string): Promise<void> {
    const { messages, conversations, render, publish, onOutgoing } = this.#options;
    const conversation = await conversations.get(turn.conversationId);
    if (!conversation) return;
    const parts = render(conversation.address, content);
    const message = await messages.notice({ conversationId: conversation.id, turnId: turn.id, content, parts });
    publish({ type: "message", groupId: turn.groupId, message: messageView(message) });
    onOutgoing();
  }

  #ended(turn: Turn, message: Message): void {
    const { running, publish, onEnded, onOutgoing } = this.#options;
    const steps = running.get(turn.id)?.tools.length ?? 0;
    running.end(turn.id);
    // A page that came later, or missed a part, has the steps only by what this says.
    const work = { steps, duration_ms: Math.max(0, message.createdAt - (turn.startedAt ?? message.createdAt)) };
    const shown = messageView(message, steps === 0 ? {} : { work });
    publish({ type: "message", groupId: turn.groupId, message: shown });
    this.#publishTurn(turn);
    onOutgoing();
    onEnded(turn);
  }

  #publishTurn(turn: Turn): void {
    const { groupId, conversationId, id, state, attempt, error } = turn;
    this.#options.publish({ type: "turn", groupId, conversationId, turnId: id, state, attempt, error });
  }
}
