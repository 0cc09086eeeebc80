/** One message in the chat that says what a longer turn is doing, edited while it runs; at its end it becomes a short answer, or goes. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Api } from "grammy";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import { abortable, deadline, sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { callFailure } from "./call-outcome.ts";
import type { ChatHolds } from "./chat-holds.ts";
import type { ShownStatus, ShownStatuses } from "./shown-statuses.ts";
import type { VerbosityLevel } from "./verbosity.ts";
import { type Activity, reportEveryMs, statusIntervalMs, statusText } from "./status-text.ts";

export interface StatusTiming {
  /** Turns that end sooner show none. */
  firstAfterMs: number;
  intervalMs(elapsedMs: number, isGroup: boolean): number;
  reportEveryMs: number;
  /** What runs longer ends in a new message, so that the phone makes a sound: nobody looks on any more. */
  shortTurnMs: number;
}

const statusTiming: StatusTiming = {
  firstAfterMs: 4_000,
  intervalMs: statusIntervalMs,
  reportEveryMs,
  shortTurnMs: 20_000,
};

export interface StatusMessagesOptions {
  api: Api;
  holds: ChatHolds;
  clock: Clock;
  logger: Logger;
  shown: ShownStatuses;
  activity: (turnId: string) => Activity;
  verbosity: (address: TelegramAddress) => Promise<VerbosityLevel>;
  /** Whether a stored answer replaces the message: then it is no status any more. */
  isAnswer: (status: ShownStatus) => Promise<boolean>;
  timing?: StatusTiming;
}

// A status is a courtesy: a call that hangs is given up, and one that cannot be taken away in time stays.
const callTimeoutMs = 10_000;
const removalPatienceMs = 120_000;
const longestMs = 12 * 3_600_000;
// The answer waits no longer for an edit that is on its way.
const claimPatienceMs = 1_500;

interface Accompanied {
  ended: AbortController;
  chatId: string;
  shown: ShownStatus | null;
  /** The call that is under way. */
  busy: Promise<unknown>;
  /** An edit of unknown fate may still arrive, and nothing may come before it. */
  isUnsure: boolean;
  /** Something else was said in the chat since: an answer in its place would stand above that. */
  isOvertaken: boolean;
  isClaimed: boolean;
}

export class StatusMessages implements AsyncDisposable {
  readonly #options: StatusMessagesOptions;
  readonly #timing: StatusTiming;
  readonly #background: Background;
  readonly #turns = new Map<string, Accompanied>();

  constructor(options: StatusMessagesOptions) {
    this.#options = options;
    this.#timing = options.timing ?? statusTiming;
    this.#background = new Background((error) =>
      options.logger.warn({ error: errorMessage(error) }, "a status message could not be shown"),
    );
  }

  /** Takes away what an earlier life left. */
  start(): void {
    this.#background.run(async (stop) => {
      for (const status of await this.#options.shown.leftovers()) await this.#remove(status, stop);
    });
  }

  turnStarted(address: TelegramAddress, turnId: string): void {
    if (this.#turns.has(turnId)) return;
    const turn: Accompanied = {
      ended: new AbortController(),
      chatId: address.chatId,
      shown: null,
      busy: Promise.resolve(),
      isUnsure: false,
      isOvertaken: false,
      isClaimed: false,
    };
    this.#turns.set(turnId, turn);
    this.#background.run(async (stop) => {
      const ended = deadline(AbortSignal.any([stop, turn.ended.signal]), longestMs);
      await this.#accompany(address, turnId, turn, ended, stop).finally(() => this.#turns.delete(turnId));
    });
  }

  turnEnded(turnId: string): void {
    this.#turns.get(turnId)?.ended.abort(new DOMException("the turn has ended", "AbortError"));
  }

  /** Something else was said in the chat. */
  overtaken(chatId: string): void {
    for (const turn of this.#turns.values()) if (turn.chatId === chatId) turn.isOvertaken = true;
  }

  /**
   * The message that the answer of a short turn may replace by an edit; from then on it is not edited here. Null: there is none, or
   * the answer is better a new message. Asked again, it says the same: an answer that was not stored comes again.
   */
  async claim(turnId: string, startedAt: number): Promise<string | null> {
    const turn = this.#turns.get(turnId);
    if (!turn || this.#options.clock.now() - startedAt > this.#timing.shortTurnMs) return null;
    turn.isClaimed = true;
    const isSettled = await abortable(turn.busy, AbortSignal.timeout(claimPatienceMs)).then(
      () => true,
      () => false,
    );
    const isFree = isSettled && !turn.isUnsure && !turn.isOvertaken && !turn.ended.signal.aborted;
    return isFree && turn.shown !== null ? String(turn.shown.messageId) : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#background[Symbol.asyncDispose]();
  }

  async #accompany(
    address: TelegramAddress,
    turnId: string,
    turn: Accompanied,
    ended: AbortSignal,
    stop: AbortSignal,
  ): Promise<void> {
    const { clock, holds, activity, verbosity } = this.#options;
    const isGroup = address.chatId.startsWith("-");
    const startedAt = clock.now();
    let reports = 0;
    await sleep(this.#timing.firstAfterMs, ended).catch(() => {});
    while (!ended.aborted) {
      const elapsedMs = clock.now() - startedAt;
      // Looked up each time: it may be changed while a turn runs.
      const level = await verbosity(address);
      if (level > 0 && !turn.isClaimed && !ended.aborted && holds.heldUntil(address.chatId) === null) {
        const text = statusText(activity(turnId), elapsedMs, level === 2 ? 2 : 1);
        const isReport = Math.floor(elapsedMs / this.#timing.reportEveryMs) > reports;
        if (isReport) {
          reports += 1;
          if (turn.shown) await this.#remove(turn.shown, stop);
          turn.shown = null;
        }
        turn.busy =
          turn.shown === null ? this.#first(turn, address, text, isReport) : this.#edit(turn, turn.shown, text);
        await turn.busy;
      }
      await sleep(this.#timing.intervalMs(elapsedMs, isGroup), ended).catch(() => {});
    }
    if (turn.shown) await this.#remove(turn.shown, stop);
  }

  async #first(turn: Accompanied, address: TelegramAddress, text: string, isReport: boolean): Promise<void> {
    turn.isOvertaken = false;
    turn.shown = await this.#send(address, text, isReport);
  }

  /** Null when it did not come about; the next round tries again. Not cut by the turn's end: then nobody would know its id. */
  async #send({ chatId, topicId }: TelegramAddress, text: string, isReport: boolean): Promise<ShownStatus | null> {
    const { api, shown, logger } = this.#options;
    try {
      const message = await api.raw.sendMessage(
        {
          chat_id: chatId,
          text,
          disable_notification: !isReport,
          ...(topicId === undefined ? {} : { message_thread_id: topicId }),
        },
        AbortSignal.timeout(callTimeoutMs) as never,
      );
      const status = { chatId, messageId: message.message_id };
      await shown.add(status);
      return status;
    } catch (error) {
      logger.debug({ chatId, error: errorMessage(error) }, "a status message was not taken");
      return null;
    }
  }

  async #edit(turn: Accompanied, { chatId, messageId }: ShownStatus, text: string): Promise<void> {
    // Whatever comes of it, the message is there and is taken away at the end.
    await this.#options.api.raw
      .editMessageText({ chat_id: chatId, message_id: messageId, text }, AbortSignal.timeout(callTimeoutMs) as never)
      .catch((error: unknown) => {
        if (callFailure(error).type === "unknown") turn.isUnsure = true;
      });
  }

  async #remove(status: ShownStatus, stop: AbortSignal): Promise<void> {
    if (!(await this.#options.isAnswer(status))) await this.#delete(status, stop);
    // Cut by the stop: the next start takes it away.
    if (!stop.aborted) await this.#options.shown.remove(status);
  }

  /** Waits while Telegram wants the chat left alone; at a stop it is left to the next start. */
  async #delete({ chatId, messageId }: ShownStatus, stop: AbortSignal): Promise<void> {
    const { api, holds, clock } = this.#options;
    const patience = deadline(stop, removalPatienceMs);
    for (let tries = 1; tries <= 3; tries += 1) {
      const heldUntil = holds.heldUntil(chatId);
      if (heldUntil !== null) await sleep(heldUntil - clock.now(), patience).catch(() => {});
      if (holds.heldUntil(chatId) !== null) return;
      const signal = AbortSignal.timeout(callTimeoutMs);
      const outcome = await api.raw.deleteMessage({ chat_id: chatId, message_id: messageId }, signal as never).then(
        () => "done" as const,
        (error: unknown) => callFailure(error),
      );
      if (outcome === "done" || (outcome.type === "refused" && outcome.retryAfterMs === null && outcome.code < 500))
        return;
      if (patience.aborted) return;
    }
  }
}
