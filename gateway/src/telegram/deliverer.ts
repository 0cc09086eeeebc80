/** Drains the outbox: one worker a chat, so that order is kept within a chat and no chat waits for another. */
import type { Api } from "grammy";
import { backoffMs } from "../kit/backoff.ts";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { PassPoint } from "../kit/crash-points.ts";
import { deadline, sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { Rate } from "../kit/token-bucket.ts";
import type { OutboxStore } from "../store/contract/outbox-store.ts";
import type { OutboxPart } from "../store/rows.ts";
import { callFailure } from "./call-outcome.ts";
import type { ChatHolds } from "./chat-holds.ts";
import { deliveryVerdict, type Verdict } from "./delivery-verdict.ts";
import { fileTrouble } from "./file-trouble.ts";
import type { OpenFile } from "./send-file.ts";
import { SendLimits, telegramRates } from "./send-limits.ts";
import { destinationOf, sendPart } from "./send-part.ts";
import { WakeUp } from "./wake-up.ts";

export interface DelivererTiming {
  /** Without an answer for this long it is unknown whether a part went out. */
  sendTimeoutMs: number;
  /** What is being sent when the gateway stops may finish within this. */
  graceMs: number;
  /** Doubles with each try of a part. */
  firstBackoffMs: number;
  rates: { chat: Rate; global: Rate };
}

const delivererTiming: DelivererTiming = {
  sendTimeoutMs: 30_000,
  graceMs: 5_000,
  firstBackoffMs: 1_000,
  rates: telegramRates,
};

export interface DelivererOptions {
  api: Api;
  outbox: OutboxStore;
  holds: ChatHolds;
  logger: Logger;
  clock: Clock;
  /** A part was sent, failed, or stays uncertain. Must not throw. */
  onDelivery(part: OutboxPart): void;
  /** Telegram says that the chat goes on under another id. */
  onMigrated(from: string, to: string): Promise<void>;
  openFile?: OpenFile;
  passPoint?: PassPoint;
  timing?: DelivererTiming;
}

// A chat whose request hangs occupies a worker until the timeout; Telegram takes 30 messages a second in all.
const mostWorkers = 50;
// Only a safety net: whoever writes to the outbox wakes the deliverer.
const longestSleepMs = 30_000;
// 50 MB over a slow line, out of a sandbox that has to be started first.
const fileTimeoutMs = 300_000;

export class Deliverer implements AsyncDisposable {
  readonly #options: DelivererOptions;
  readonly #timing: DelivererTiming;
  readonly #limits: SendLimits;
  readonly #wakeUp = new WakeUp();
  readonly #workers = new Map<string, Promise<void>>();
  readonly #migrations = new Map<string, string>();
  /** By part not yet settled: how often nobody answered. */
  readonly #silences = new Map<number, number>();
  readonly #background: Background;
  /** Stops taking parts. */
  readonly #stopping = new AbortController();
  /** Cuts what is being sent. */
  readonly #cut = new AbortController();

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#timing = options.timing ?? delivererTiming;
    this.#limits = new SendLimits(options.clock.now(), this.#timing.rates);
    this.#background = new Background((error) =>
      options.logger.error({ error: errorMessage(error) }, "delivery to Telegram has stopped"),
    );
  }

  start(): void {
    this.#background.run(() => this.#run(this.#stopping.signal));
  }

  /** There may be something to send. */
  wake(): void {
    this.#wakeUp.wake();
  }

  /** Parts stored for the old id go to the new one. */
  migrated(from: string, to: string): void {
    this.#migrations.set(from, to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new DOMException("stopped", "AbortError"));
    const timer = setTimeout(() => this.#cut.abort(new DOMException("stopped", "AbortError")), this.#timing.graceMs);
    await Promise.all([...this.#workers.values(), this.#background[Symbol.asyncDispose]()]);
    clearTimeout(timer);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { outbox, logger } = this.#options;
    const recovered = await this.#persist(() => outbox.recover());
    this.#options.passPoint?.("outbox_recovered");
    if (recovered) logger.warn({ recovered }, "parts may have been sent by an earlier life and are sent once more");
    let failures = 0;
    while (!signal.aborted) {
      let sleepMs: number;
      try {
        sleepMs = await this.#startWorkers();
        failures = 0;
      } catch (error) {
        failures += 1;
        sleepMs = backoffMs(failures, 500, 15_000);
        logger.error({ error: errorMessage(error), failures }, "the outbox cannot be read");
      }
      await this.#wakeUp.wait(sleepMs, signal);
    }
  }

  /** Milliseconds until there is something to do that nobody will wake for. */
  async #startWorkers(): Promise<number> {
    const { outbox, clock } = this.#options;
    // Asked first: what becomes due between the two questions is then in the second answer, and nothing falls between them.
    const next = await outbox.nextWakeUp("telegram");
    for (const { chatKey } of await outbox.ready("telegram")) {
      if (this.#workers.has(chatKey) || this.#workers.size >= mostWorkers) continue;
      const worker = this.#drain(chatKey).finally(() => {
        this.#workers.delete(chatKey);
        this.wake();
      });
      this.#workers.set(chatKey, worker);
    }
    return next === null ? longestSleepMs : Math.min(Math.max(0, next - clock.now()), longestSleepMs);
  }

  /** Sends the chat's parts in order until there is none or the first must wait. */
  async #drain(chatKey: string): Promise<void> {
    const { outbox, clock, logger } = this.#options;
    const signal = this.#stopping.signal;
    try {
      while (!signal.aborted) {
        const waitMs = this.#limits.take(chatKey, clock.now());
        if (waitMs > 0) {
          await sleep(waitMs, signal).catch(() => {});
          continue;
        }
        const part = await outbox.take(chatKey);
        if (part === null) {
          this.#limits.giveBack(chatKey, clock.now());
          return;
        }
        await this.#deliver(chatKey, part);
      }
    } catch (error) {
      // The part stays as it is; the loop comes back to the chat.
      logger.error({ chatKey, error: errorMessage(error) }, "a chat's parts cannot be sent now");
      await sleep(1_000, signal).catch(() => {});
    }
  }

  async #deliver(chatKey: string, part: OutboxPart): Promise<void> {
    const { outbox, holds, clock, api, openFile, passPoint } = this.#options;
    if (part.address.channel !== "telegram") return;
    const { address } = part;
    const destination = destinationOf(address, this.#migrations.get(address.chatId));
    const heldUntil = holds.heldUntil(destination.chatId);
    if (heldUntil !== null) {
      await this.#persist(() => outbox.retry(part.id, { notBefore: heldUntil, error: "Telegram asked to wait" }));
      return;
    }
    try {
      const timeoutMs = part.body.type === "file" ? fileTimeoutMs : this.#timing.sendTimeoutMs;
      const signal = deadline(this.#cut.signal, timeoutMs);
      passPoint?.("outbox_taken");
      const externalId = await sendPart(api, part, destination, openFile, signal);
      passPoint?.("telegram_accepted");
      await this.#settled(() => outbox.sent(part.id, externalId));
      passPoint?.("outbox_sent");
    } catch (error) {
      // Cut by the stop: the row stays `sending`, and the next start knows what that means.
      if (this.#cut.signal.aborted) return;
      const trouble = fileTrouble(error, part.attempts, this.#timing.firstBackoffMs);
      if (trouble) {
        const { delayMs, ...again } = trouble;
        await this.#persist(() => outbox.retry(part.id, { notBefore: clock.now() + delayMs, ...again }));
        return;
      }
      if (error instanceof PraktorError && error.code === "message_gone") {
        const again = { notBefore: clock.now(), error: error.message, asNew: true };
        await this.#persist(() => outbox.retry(part.id, again));
        return;
      }
      const failure = callFailure(error);
      if (failure.type === "refused" && failure.migratedTo !== null) {
        const to = failure.migratedTo;
        this.migrated(address.chatId, to);
        await this.#options.onMigrated(address.chatId, to).catch(() => {});
        await this.#persist(() => outbox.retry(part.id, { notBefore: clock.now(), error: failure.reason }));
        return;
      }
      const silences = (this.#silences.get(part.id) ?? 0) + (failure.type === "unknown" && failure.silent ? 1 : 0);
      if (silences > 0) this.#silences.set(part.id, silences);
      const verdict = deliveryVerdict(part, failure, { silences, firstBackoffMs: this.#timing.firstBackoffMs });
      await this.#apply(chatKey, destination.chatId, part, verdict);
    }
  }

  async #apply(chatKey: string, chatId: string, part: OutboxPart, verdict: Verdict): Promise<void> {
    const { outbox, clock, logger } = this.#options;
    const fields = { chatId, outboxId: part.id, attempts: part.attempts, error: verdict.error };
    switch (verdict.type) {
      case "retry": {
        logger.warn({ ...fields, delayMs: verdict.delayMs }, "Telegram did not take a part: it is sent again");
        const notBefore = clock.now() + verdict.delayMs;
        const { error, body } = verdict;
        if (verdict.holdsChat) {
          await this.#persist(() => outbox.holdChat(chatKey, notBefore));
        }
        await this.#persist(() => outbox.retry(part.id, { notBefore, error, ...(body === undefined ? {} : { body }) }));
        return;
      }
      case "uncertain": {
        logger.warn(fields, "it is unknown whether a part was sent");
        const notBefore = clock.now() + verdict.delayMs;
        await this.#settled(() => outbox.uncertain(part.id, verdict.error, notBefore));
        return;
      }
      case "failed":
        logger.error(fields, "a part cannot be delivered");
        await this.#settled(() => outbox.failed(part.id, verdict.error));
        return;
      default:
        verdict satisfies never;
    }
  }

  async #settled(write: () => Promise<OutboxPart | null>): Promise<void> {
    const part = await this.#persist(write);
    if (!part) return;
    if (part.state !== "pending") this.#silences.delete(part.id);
    this.#options.onDelivery(part);
  }

  /** Until the store takes it: what happened to a part is known now and must not be guessed later. */
  async #persist<T>(write: () => Promise<T>): Promise<T | null> {
    for (let tries = 1; !this.#cut.signal.aborted; tries += 1) {
      try {
        return await write();
      } catch (error) {
        this.#options.logger.error({ error: errorMessage(error), tries }, "the outbox cannot be written");
        await sleep(backoffMs(tries, 200, 10_000), this.#cut.signal).catch(() => {});
      }
    }
    return null;
  }
}
