/** One message in the chat that says what a longer turn is doing, edited while it runs and taken away when it ends. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Api } from "grammy";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import { deadline, sleep } from "../kit/deadline.ts";
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
}

const statusTiming: StatusTiming = { firstAfterMs: 4_000, intervalMs: statusIntervalMs, reportEveryMs };

export interface StatusMessagesOptions {
  api: Api;
  holds: ChatHolds;
  clock: Clock;
  logger: Logger;
  shown: ShownStatuses;
  activity: (turnId: string) => Activity;
  verbosity: (address: TelegramAddress) => Promise<VerbosityLevel>;
  timing?: StatusTiming;
}

// A status is a courtesy: a call that hangs is given up, and one that cannot be taken away in time stays.
const callTimeoutMs = 10_000;
const removalPatienceMs = 120_000;
const longestMs = 12 * 3_600_000;

export class StatusMessages implements AsyncDisposable {
  readonly #options: StatusMessagesOptions;
  readonly #timing: StatusTiming;
  readonly #background: Background;
  readonly #turns = new Map<string, AbortController>();

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
    const turn = new AbortController();
    this.#turns.set(turnId, turn);
    this.#background.run(async (stop) => {
      const ended = deadline(AbortSignal.any([stop, turn.signal]), longestMs);
      await this.#accompany(address, turnId, ended, stop).finally(() => this.#turns.delete(turnId));
    });
  }

  turnEnded(turnId: string): void {
    this.#turns.get(turnId)?.abort(new DOMException("the turn has ended", "AbortError"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#background[Symbol.asyncDispose]();
  }

  async #accompany(address: TelegramAddress, turnId: string, ended: AbortSignal, stop: AbortSignal): Promise<void> {
    const { clock, holds, activity, verbosity } = this.#options;
    const isGroup = address.chatId.startsWith("-");
    const startedAt = clock.now();
    let shown: ShownStatus | null = null;
    let reports = 0;
    await sleep(this.#timing.firstAfterMs, ended).catch(() => {});
    while (!ended.aborted) {
      const elapsedMs = clock.now() - startedAt;
      // Looked up each time: it may be changed while a turn runs.
      const level = await verbosity(address);
      if (level > 0 && holds.heldUntil(address.chatId) === null) {
        const text = statusText(activity(turnId), elapsedMs, level === 2 ? 2 : 1);
        const isReport = Math.floor(elapsedMs / this.#timing.reportEveryMs) > reports;
        if (isReport) {
          reports += 1;
          if (shown) await this.#remove(shown, stop);
          shown = null;
        }
        shown = shown === null ? await this.#send(address, text, isReport) : await this.#edit(shown, text);
      }
      await sleep(this.#timing.intervalMs(elapsedMs, isGroup), ended).catch(() => {});
    }
    if (shown) await this.#remove(shown, stop);
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

  async #edit(status: ShownStatus, text: string): Promise<ShownStatus> {
    const { chatId, messageId } = status;
    // Whatever comes of it, the message is there and is taken away at the end.
    await this.#options.api.raw
      .editMessageText({ chat_id: chatId, message_id: messageId, text }, AbortSignal.timeout(callTimeoutMs) as never)
      .catch(() => {});
    return status;
  }

  async #remove(status: ShownStatus, stop: AbortSignal): Promise<void> {
    await this.#delete(status, stop);
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
