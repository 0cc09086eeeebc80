/** Fetches updates and confirms them only after they are stored: commit first, then move the offset. */
import type { Api } from "grammy";
import { z } from "zod";
import { backoffMs } from "../kit/backoff.ts";
import type { Clock } from "../kit/clock.ts";
import type { PassPoint } from "../kit/crash-points.ts";
import { deadline, sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { type CallFailure, callFailure } from "./call-outcome.ts";

export interface PollTiming {
  /** How long Telegram may hold a poll open; its own limit is 50. */
  longPollSeconds: number;
  /** Added to the above before this side gives a poll up. */
  graceMs: number;
  firstBackoffMs: number;
  maxBackoffMs: number;
  /** Without a successful poll for this long the channel counts as down. */
  staleAfterMs: number;
  /** How often a token that Telegram refuses is tried again: it may be put right at Telegram's side. */
  refusedTokenMs: number;
}

const pollTiming: PollTiming = {
  longPollSeconds: 50,
  graceMs: 15_000,
  firstBackoffMs: 1_000,
  maxBackoffMs: 30_000,
  staleAfterMs: 90_000,
  refusedTokenMs: 300_000,
};

export interface PollLoopOptions {
  api: Api;
  logger: Logger;
  clock: Clock;
  /** Stores one update; rejects only when it could not be stored, which stops the batch there. */
  store(update: ReceivedUpdate, signal: AbortSignal): Promise<void>;
  passPoint?: PassPoint;
  timing?: PollTiming;
}

export interface ReceivedUpdate {
  updateId: number;
  raw: unknown;
}

// Telegram waits before it says that there is nothing; a server that does not must not be asked without pause.
const quickestEmptyPollMs = 100;

const refusedTokenDetail =
  "Telegram refuses the bot's token: nothing comes in and nothing goes out. Get the token from @BotFather, set telegram.token, and start again; the present one is tried again every few minutes.";

const WithId = z.looseObject({ update_id: z.int() });

// What Telegram leaves out by default is not asked for; what is named here is at least answered with a sentence.
export const allowedUpdates = [
  "message",
  "edited_message",
  "channel_post",
  "edited_channel_post",
  "callback_query",
  "my_chat_member",
] as const;

export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #timing: PollTiming;
  /** The next update that is not stored yet; undefined: whatever Telegram has. */
  #offset: number | undefined;
  #failures = 0;
  #lastSuccessAt: number;
  #hasSucceeded = false;
  #problem: string | null = null;
  #refusedToken = false;

  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#timing = options.timing ?? pollTiming;
    this.#lastSuccessAt = options.clock.now();
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#pollOnce(signal);
      if (waitMs > 0 && !signal.aborted) await sleep(waitMs, signal).catch(() => {});
    }
  }

  health(): { ok: boolean; detail: string } {
    if (this.#refusedToken) return { ok: false, detail: refusedTokenDetail };
    const silentMs = this.#options.clock.now() - this.#lastSuccessAt;
    // Before the first success there is nothing to be patient for: a wrong address looks like this.
    if (!this.#hasSucceeded && this.#problem !== null) {
      return { ok: false, detail: `Telegram was not reached yet: ${this.#problem}` };
    }
    if (silentMs <= this.#timing.staleAfterMs)
      return { ok: true, detail: this.#problem ?? "Praktor asks Telegram for new messages." };
    const since = `No successful poll for ${Math.round(silentMs / 1000)} s`;
    return { ok: false, detail: this.#problem === null ? `${since}.` : `${since}: ${this.#problem}` };
  }

  /** Milliseconds to wait before the next poll. */
  async #pollOnce(signal: AbortSignal): Promise<number> {
    const startedAt = this.#options.clock.now();
    let updates: unknown;
    try {
      updates = await this.#getUpdates(signal);
    } catch (error) {
      return signal.aborted ? 0 : await this.#afterFailure(callFailure(error), signal);
    }
    if (!Array.isArray(updates)) return this.#backoff("Telegram's answer to getUpdates is not a list");
    this.#lastSuccessAt = this.#options.clock.now();
    this.#hasSucceeded = true;
    if (this.#refusedToken) this.#options.logger.info({}, "Telegram takes the bot's token again");
    this.#refusedToken = false;
    if (updates.length === 0) {
      // Everything is confirmed. Telegram may count from a lower id after a quiet week: an old offset would swallow those.
      this.#offset = undefined;
      this.#recovered();
      const tookMs = this.#options.clock.now() - startedAt;
      return tookMs < quickestEmptyPollMs ? quickestEmptyPollMs : 0;
    }
    return await this.#storeBatch(updates, signal);
  }

  async #getUpdates(signal: AbortSignal): Promise<unknown> {
    const { longPollSeconds, graceMs } = this.#timing;
    return await this.#options.api.raw.getUpdates(
      {
        timeout: longPollSeconds,
        limit: 100,
        allowed_updates: allowedUpdates,
        ...(this.#offset === undefined ? {} : { offset: this.#offset }),
      },
      // grammY's types name the polyfill's signal; it only listens to it.
      deadline(signal, longPollSeconds * 1000 + graceMs) as never,
    );
  }

  async #storeBatch(updates: unknown[], signal: AbortSignal): Promise<number> {
    const inOrder = this.#inOrder(updates);
    // Nothing that could be confirmed: asking again at once would be a busy loop.
    if (inOrder.length === 0) return this.#backoff("Telegram sends updates without ids");
    for (const { updateId, raw } of inOrder) {
      try {
        signal.throwIfAborted();
        await this.#options.store({ updateId, raw }, signal);
      } catch (error) {
        if (signal.aborted) return 0;
        return this.#backoff(`update ${updateId} could not be stored: ${errorMessage(error)}`);
      }
      this.#options.passPoint?.("inbox_committed");
      this.#offset = updateId + 1;
    }
    this.#recovered();
    return 0;
  }

  #inOrder(updates: unknown[]): ReceivedUpdate[] {
    const readable = updates.flatMap((raw) => {
      const parsed = WithId.safeParse(raw);
      return parsed.success ? [{ updateId: parsed.data.update_id, raw }] : [];
    });
    if (readable.length < updates.length) {
      this.#options.logger.error(
        { unreadable: updates.length - readable.length },
        "updates without an id were skipped",
      );
    }
    return readable.toSorted((a, b) => a.updateId - b.updateId);
  }

  async #afterFailure(failure: CallFailure, signal: AbortSignal): Promise<number> {
    if (failure.type !== "refused") return this.#backoff(failure.reason);
    if (failure.code === 401 || failure.code === 404) {
      this.#refusedToken = true;
      const { refusedTokenMs: retryMs } = this.#timing;
      this.#options.logger.error({ reason: failure.reason, retryMs }, refusedTokenDetail);
      return retryMs;
    }
    if (failure.code === 409) return await this.#afterConflict(failure.reason, signal);
    return Math.max(this.#backoff(failure.reason), failure.retryAfterMs ?? 0);
  }

  async #afterConflict(reason: string, signal: AbortSignal): Promise<number> {
    if (/webhook/i.test(reason)) {
      this.#options.logger.warn({ reason }, "a webhook is set for this bot: it is removed, so that polling works");
      await this.#options.api.deleteWebhook({}, deadline(signal, 30_000) as never).catch(() => {});
    }
    return this.#backoff(`another program polls with this bot's token (${reason})`);
  }

  #backoff(problem: string): number {
    this.#failures += 1;
    const waitMs = backoffMs(this.#failures, this.#timing.firstBackoffMs, this.#timing.maxBackoffMs);
    if (this.#problem !== problem || this.#failures % 10 === 0) {
      this.#options.logger.error({ problem, failures: this.#failures, waitMs }, "Telegram poll failed");
    }
    this.#problem = problem;
    return waitMs;
  }

  #recovered(): void {
    if (this.#problem !== null) this.#options.logger.info({ failures: this.#failures }, "Telegram polling works again");
    this.#failures = 0;
    this.#problem = null;
  }
}
