/** Telegram's side of Praktor: people's messages in, answers out. */
import type { Address } from "@praktor/protocol/address";
import type { InputFile } from "@praktor/protocol/agent-input";
import type { Api } from "grammy";
import { z } from "zod";
import { backoffMs } from "../kit/backoff.ts";
import { noAudit, type Audit } from "../kit/audit.ts";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { PassPoint } from "../kit/crash-points.ts";
import { deadline, sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Message } from "../store/rows.ts";
import { callFailure } from "./call-outcome.ts";
import { Channels } from "./channels.ts";
import { ChatHolds } from "./chat-holds.ts";
import { registerMenus } from "./register-menus.ts";
import { Deliverer, type DelivererTiming } from "./deliverer.ts";
import type { BotIdentity } from "./incoming.ts";
import { obeyRetryAfter } from "./obey-retry-after.ts";
import { fetchFiles, type SaveFile } from "./fetch-files.ts";
import type { Pairing } from "./pairing.ts";
import { PollLoop, type PollTiming, type ReceivedUpdate } from "./poll-loop.ts";
import { redactCalls } from "./redact-calls.ts";
import { Receiver } from "./receiver.ts";
import { ShownStatuses } from "./shown-statuses.ts";
import { StatusMessages, type StatusTiming } from "./status-messages.ts";
import { createTelegramApi } from "./telegram-api.ts";
import type { AllowList, TelegramPorts, TelegramStore } from "./telegram-ports.ts";
import type { Transcriber } from "./transcriber.ts";
import { Typing } from "./typing.ts";
import { Verbosity } from "./verbosity.ts";
import { WebhookIntake, type WebhookSettings } from "./webhook-intake.ts";

export interface TelegramBotOptions {
  token: string;
  /** Takes known secrets out of a text; absent: texts go out as they are. */
  redact?: (text: string) => string;
  /** Telegram's own when absent. */
  apiRoot?: string;
  allowFrom: AllowList;
  /** Lets in further people; without it only `allowFrom` counts. */
  pairing?: Pairing;
  /** Those of the store when absent. */
  channels?: Channels;
  groupReplies: "mention" | "all";
  groupContext: "none" | "recent";
  /** Without it voice messages are only files. */
  transcriber?: Transcriber | undefined;
  /** Telegram pushes updates instead of being polled. */
  webhook?: WebhookSettings | undefined;
  /** Keeps who changed what by a command; absent: nobody does. */
  audit?: Audit;
  logger: Logger;
  clock: Clock;
  store: TelegramStore;
  ports: TelegramPorts;
  passPoint?: PassPoint;
  timing?: { poll?: PollTiming; delivery?: DelivererTiming; typingIntervalMs?: number; status?: StatusTiming };
}

const Me = z.object({ id: z.int(), username: z.string().default("") });

export class TelegramBot implements AsyncDisposable {
  readonly #options: TelegramBotOptions;
  readonly #api: Api;
  readonly #holds: ChatHolds;
  readonly #deliverer: Deliverer;
  readonly #typing: Typing;
  readonly #statuses: StatusMessages;
  readonly #intake: { run(signal: AbortSignal): Promise<void>; health(): { ok: boolean; detail: string } };
  readonly #verbosity: Verbosity;
  readonly #background: Background;
  #receiver: Receiver | null = null;

  constructor(options: TelegramBotOptions) {
    const { token, apiRoot, clock, logger, store, ports, passPoint, timing = {} } = options;
    this.#options = options;
    this.#api = createTelegramApi({ token, ...(apiRoot === undefined ? {} : { apiRoot }) });
    this.#holds = new ChatHolds(clock);
    this.#api.config.use(obeyRetryAfter(this.#holds, clock));
    if (options.redact) this.#api.config.use(redactCalls(options.redact));
    this.#background = new Background((error) =>
      logger.error({ error: errorMessage(error) }, "a part of the Telegram channel has failed"),
    );
    this.#deliverer = new Deliverer({
      api: this.#api,
      outbox: store.outbox,
      holds: this.#holds,
      logger,
      clock,
      onDelivery: (part) => {
        if (part.address.channel === "telegram" && part.editOf === null) this.#statuses.overtaken(part.address.chatId);
        ports.onDelivery(part);
      },
      ...(ports.openFile === undefined ? {} : { openFile: ports.openFile }),
      onMigrated: async (from, to) => await this.#receiver?.migrate(from, to),
      ...(passPoint === undefined ? {} : { passPoint }),
      ...(timing.delivery === undefined ? {} : { timing: timing.delivery }),
    });
    this.#typing = new Typing({
      api: this.#api,
      holds: this.#holds,
      clock,
      logger,
      ...(timing.typingIntervalMs === undefined ? {} : { intervalMs: timing.typingIntervalMs }),
    });
    this.#verbosity = new Verbosity(store.settings);
    this.#statuses = new StatusMessages({
      api: this.#api,
      holds: this.#holds,
      clock,
      logger,
      shown: new ShownStatuses(store.settings),
      isAnswer: async ({ chatId, messageId }) => await store.outbox.isEdited(`telegram:${chatId}`, String(messageId)),
      activity: (turnId) => ports.activity?.(turnId) ?? { tool: null },
      verbosity: async (address) => await this.#verbosity.level(address),
      ...(timing.status === undefined ? {} : { timing: timing.status }),
    });
    const storeUpdate = async (update: ReceivedUpdate): Promise<void> =>
      await (this.#receiver ?? (await this.#makeReceiver())).receive(update);
    this.#intake = options.webhook
      ? new WebhookIntake({ api: this.#api, logger, settings: options.webhook, store: storeUpdate })
      : new PollLoop({
          api: this.#api,
          logger,
          clock,
          store: storeUpdate,
          ...(passPoint === undefined ? {} : { passPoint }),
          ...(timing.poll === undefined ? {} : { timing: timing.poll }),
        });
  }

  /** Returns at once: Telegram may be away for days, and is polled until the bot is disposed or the signal aborts. */
  start(signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#deliverer.start();
    this.#statuses.start();
    this.#background.run(async (stop) => await this.#intake.run(AbortSignal.any([stop, signal])));
    this.#background.run(async (stop) => await this.#registerMenus(AbortSignal.any([stop, signal])));
  }

  /** Not ok when no poll has succeeded for 90 s or the token is refused, or when the webhook could not be set. */
  health(): { ok: boolean; detail: string } {
    return this.#intake.health();
  }

  /** There is something new in the outbox. */
  wakeDelivery(): void {
    this.#deliverer.wake();
  }

  /** A turn runs for this address; others than Telegram's are ignored. */
  turnStarted(address: Address, turnId: string): void {
    if (address.channel !== "telegram") return;
    this.#typing.turnStarted(address, turnId);
    this.#statuses.turnStarted(address, turnId);
  }

  turnEnded(turnId: string): void {
    this.#typing.turnEnded(turnId);
    this.#statuses.turnEnded(turnId);
  }

  /** The message that the short answer of a turn may replace by an edit, see `StatusMessages.claim`. */
  async answerPlace(turnId: string, startedAt: number): Promise<string | null> {
    return await this.#statuses.claim(turnId, startedAt);
  }

  /**
   * Fetches the files of messages and hands each to `save`. Never rejects: `note` tells the agent what was said in them and what could
   * not be had; null when there is nothing to tell.
   */
  async fetchFiles(
    messages: readonly Message[],
    save: SaveFile,
    signal: AbortSignal,
  ): Promise<{ files: InputFile[]; note: string | null }> {
    const { logger, transcriber } = this.#options;
    const download = (fileId: string, stop: AbortSignal): Promise<ReadableStream<Uint8Array>> =>
      this.#download(fileId, stop);
    return await fetchFiles(messages, { download, save, transcriber, logger }, signal);
  }

  async #download(fileId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { token, apiRoot = "https://api.telegram.org" } = this.#options;
    const file = await this.#api.raw.getFile({ file_id: fileId }, signal as never);
    const answer = await fetch(`${apiRoot.replace(/\/+$/, "")}/file/bot${token}/${file.file_path}`, { signal });
    if (!answer.ok || answer.body === null) throw new Error(`Telegram answered ${answer.status}`);
    return answer.body;
  }

  /** Polling ends first; what is being sent may finish. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#background[Symbol.asyncDispose]();
    await Promise.all([this.#typing[Symbol.asyncDispose](), this.#statuses[Symbol.asyncDispose]()]);
    await this.#deliverer[Symbol.asyncDispose]();
  }

  /** The first update needs to know who the bot is: mentions and replies name it. */
  async #makeReceiver(): Promise<Receiver> {
    const known = this.#options.channels ?? Channels.load(this.#options.store.settings, this.#options.clock);
    const [bot, channels] = await Promise.all([this.#identify(), known]);
    const { store, ports, allowFrom, pairing, groupReplies, groupContext, logger, clock } = this.#options;
    this.#receiver ??= new Receiver(
      {
        store,
        ports,
        allowFrom: { has: (userId) => allowFrom.has(userId) || pairing?.has(userId) === true },
        pairing,
        channels,
        verbosity: this.#verbosity,
        hearsSpeech: this.#options.transcriber !== undefined,
        groupReplies,
        groupContext,
        audit: this.#options.audit ?? noAudit,
        logger,
        clock,
        wakeDelivery: () => this.wakeDelivery(),
        onMigrated: (from, to) => this.#deliverer.migrated(from, to),
        onHeard: (chatId) => this.#statuses.overtaken(chatId),
        onTapped: (queryId, text) => this.#background.run((stop) => this.#answerTap(queryId, text, stop)),
        onMainChanged: () => this.#background.run((stop) => this.#registerMenus(stop)),
      },
      bot,
    );
    return this.#receiver;
  }

  async #identify(): Promise<BotIdentity> {
    const me = await this.#api.raw.getMe(deadline(this.#background.signal, 30_000) as never);
    return Me.parse(me);
  }

  async #registerMenus(signal: AbortSignal): Promise<void> {
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        await registerMenus(this.#api, await this.#options.ports.mainChat(), signal);
        return;
      } catch (error) {
        const failure = callFailure(error);
        // A refused token may be put right.
        const isFinal = failure.type === "refused" && (failure.code === 400 || failure.code === 403);
        if (isFinal && !signal.aborted) {
          this.#options.logger.warn({ reason: failure.reason }, "the menu of commands could not be set");
          return;
        }
        const waitMs = failure.type === "refused" ? (failure.retryAfterMs ?? 0) : 0;
        await sleep(Math.max(waitMs, backoffMs(tries, 2_000, 300_000)), signal).catch(() => {});
      }
    }
  }

  async #answerTap(queryId: string, text: string, signal: AbortSignal): Promise<void> {
    await this.#api.raw
      .answerCallbackQuery({ callback_query_id: queryId, text }, deadline(signal, 10_000) as never)
      .catch(() => {});
  }
}
