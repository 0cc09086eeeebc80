/** Takes updates as Telegram pushes them, in place of polling; each is confirmed only after it is stored. */
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Api } from "grammy";
import { z } from "zod";
import { backoffMs } from "../kit/backoff.ts";
import { deadline, sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { Serial } from "../kit/serial.ts";
import { callFailure } from "./call-outcome.ts";
import { allowedUpdates, type ReceivedUpdate } from "./poll-loop.ts";

export interface WebhookSettings {
  /** What Telegram calls: https, and reachable for it. Its path is the one that is answered here. */
  url: string;
  /** Telegram repeats it with each update; without it anybody could speak for everybody. */
  secret: string;
  host: string;
  port: number;
}

export interface WebhookIntakeOptions {
  api: Api;
  logger: Logger;
  settings: WebhookSettings;
  /** Stores one update; rejects only when it could not be stored, and Telegram sends it again. */
  store(update: ReceivedUpdate, signal: AbortSignal): Promise<void>;
}

const Update = z.looseObject({ update_id: z.int() });
const WebhookInfo = z.looseObject({ url: z.string(), last_error_message: z.string().optional() });

const largestUpdateBytes = 1_000_000;
/** Telegram keeps what is refused. More than these wait for the store only when it is stuck. */
const mostWaiting = 100;
const callTimeoutMs = 30_000;
/** Another program may have taken the webhook away. */
const checkEveryMs = 60_000;

export class WebhookIntake {
  readonly #options: WebhookIntakeOptions;
  #problem: string | null = "The webhook is not set yet.";
  readonly #stores = new Serial();
  #waiting = 0;

  constructor(options: WebhookIntakeOptions) {
    this.#options = options;
  }

  /** Runs until the signal aborts. Rejects when it cannot listen. */
  async run(signal: AbortSignal): Promise<void> {
    const server = await this.#listen(signal);
    try {
      for (let failures = 0; !signal.aborted;) {
        failures = (await this.#keepSet(signal)) ? 0 : failures + 1;
        await sleep(failures === 0 ? checkEveryMs : backoffMs(failures, 1_000, checkEveryMs), signal).catch(() => {});
      }
    } finally {
      server.close();
      server.closeAllConnections();
      // What is being stored is stored to its end.
      await this.#stores.run(() => Promise.resolve());
    }
  }

  health(): { ok: boolean; detail: string } {
    return this.#problem === null
      ? { ok: true, detail: "Telegram brings new messages here (webhook)." }
      : { ok: false, detail: this.#problem };
  }

  async #listen(signal: AbortSignal): Promise<Server> {
    const { host, port, url } = this.#options.settings;
    const path = new URL(url).pathname;
    const server = createServer((incoming, outgoing) => {
      void this.#answer(incoming, path, signal).then((status) => outgoing.writeHead(status).end());
    });
    try {
      server.listen({ host, port });
      await once(server, "listening", { signal });
    } catch (error) {
      this.#problem = `The webhook cannot listen on ${host}:${port}: ${errorMessage(error)}`;
      throw error;
    }
    return server;
  }

  /** True when Telegram has the webhook. */
  async #keepSet(signal: AbortSignal): Promise<boolean> {
    const { api, logger, settings } = this.#options;
    try {
      const info = WebhookInfo.parse(await api.raw.getWebhookInfo(deadline(signal, callTimeoutMs) as never));
      if (info.url !== settings.url || this.#problem !== null) {
        await api.raw.setWebhook(
          { url: settings.url, secret_token: settings.secret, allowed_updates: allowedUpdates },
          deadline(signal, callTimeoutMs) as never,
        );
        logger.info({ url: settings.url }, "Telegram sends updates to the webhook");
      }
      if (info.last_error_message !== undefined) {
        logger.warn({ reason: info.last_error_message }, "Telegram had trouble with the webhook");
      }
      this.#problem = null;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const { reason } = callFailure(error);
      logger.error({ reason }, "the webhook could not be set");
      this.#problem = `The webhook could not be set: ${reason}`;
      return false;
    }
  }

  /** The HTTP status; Telegram sends again what is not answered with 200. Never rejects. */
  async #answer(incoming: IncomingMessage, path: string, signal: AbortSignal): Promise<number> {
    const { logger, settings } = this.#options;
    if (incoming.method !== "POST" || incoming.url?.split("?")[0] !== path) return 404;
    const token = incoming.headers["x-telegram-bot-api-secret-token"];
    if (typeof token !== "string" || !isSame(token, settings.secret)) return 401;
    if (this.#waiting >= mostWaiting) return 503;
    this.#waiting += 1;
    try {
      const text = await bodyOf(incoming);
      const parsed = text === null ? null : Update.safeParse(parseJson(text));
      // Not worth another try: it would never be readable.
      if (!parsed?.success) {
        logger.error({}, "an update without an id was skipped");
        return 200;
      }
      const update = { updateId: parsed.data.update_id, raw: parsed.data };
      await this.#stores.run(() => this.#options.store(update, signal));
      return 200;
    } catch (error) {
      logger.error({ error: errorMessage(error) }, "an update could not be stored; Telegram sends it again");
      return 500;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

/** Null when it is too long. */
async function bodyOf(incoming: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of incoming) {
    const bytes = Buffer.from(piece as Uint8Array);
    sizeBytes += bytes.length;
    // Read to its end all the same: who is cut off sends it again.
    if (sizeBytes <= largestUpdateBytes) pieces.push(bytes);
  }
  return sizeBytes > largestUpdateBytes ? null : Buffer.concat(pieces).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
