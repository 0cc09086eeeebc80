// Delivers queued updates to the bot's webhook, one after the other, until each is accepted.

import { setTimeout as sleep } from "node:timers/promises";
import type { UpdateQueue } from "./update-queue.ts";

const firstRetryMs = 200;
const longestRetryMs = 5000;
const answerDeadlineMs = 60_000;

/** Unlike Telegram it also takes plain http, so that it works on loopback. */
export class Webhook {
  readonly #updates: UpdateQueue;
  readonly #now: () => number;
  #url = "";
  #secret: string | undefined;
  #lastError: { last_error_date: number; last_error_message: string } | undefined;
  #running: AbortController | undefined;
  #delivery: Promise<void> = Promise.resolve();
  #wake = Promise.withResolvers<void>();

  constructor(updates: UpdateQueue, now: () => number) {
    this.#updates = updates;
    this.#now = now;
  }

  get url(): string {
    return this.#url;
  }

  get lastError(): Readonly<Record<string, unknown>> {
    return this.#lastError ?? {};
  }

  /** An empty URL ends the deliveries. */
  set(url: string, secret: string | undefined): void {
    this.#running?.abort();
    this.#url = url;
    this.#secret = secret;
    this.#lastError = undefined;
    if (url === "") return;
    const running = new AbortController();
    this.#running = running;
    this.#delivery = this.#delivery.then(() => this.#deliver(running.signal));
  }

  /** A new update is waiting. */
  wake(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  async stop(): Promise<void> {
    this.set("", undefined);
    this.wake();
    await this.#delivery;
  }

  async #deliver(signal: AbortSignal): Promise<void> {
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      const update = this.#updates.peek();
      if (!update) {
        await Promise.race([this.#wake.promise, sleep(1000, undefined, { signal }).catch(() => undefined)]);
        continue;
      }
      const failure = await this.#post(update, signal);
      if (failure === undefined) {
        this.#updates.delivered(update.update_id);
        retryMs = firstRetryMs;
        continue;
      }
      this.#lastError = { last_error_date: Math.floor(this.#now() / 1000), last_error_message: failure };
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  /** Resolves with what went wrong, or undefined. */
  async #post(update: unknown, signal: AbortSignal): Promise<string | undefined> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(this.#secret === undefined ? {} : { "x-telegram-bot-api-secret-token": this.#secret }),
        },
        body: JSON.stringify(update),
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerDeadlineMs)]),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `Wrong response from the webhook: ${response.status} ${response.statusText}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
