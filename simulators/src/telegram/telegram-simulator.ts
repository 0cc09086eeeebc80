// A Telegram Bot API on loopback, with people to drive it, faults to hurt it and records to judge by.

import { Hono } from "hono";
import { Changes, type WaitOptions } from "../changes.ts";
import { FaultPlan, type FaultRule } from "../fault-plan.ts";
import { LoopbackServer, type NodeBindings } from "../loopback-server.ts";
import { type BotCall, botEndpoint } from "./bot-endpoint.ts";
import type { BotState, CallbackAnswer, ChatAction } from "./bot-state.ts";
import { type Chat, ChatBook, type ChatMessage } from "./chat-book.ts";
import { FileShelf, type ShelvedFile } from "./file-shelf.ts";
import { FloodControl, type FloodLimits } from "./flood-limits.ts";
import type { BotUser } from "./message-view.ts";
import {
  type Acted,
  type BotMembership,
  People,
  type UserEdit,
  type UserFile,
  type UserTap,
  type UserText,
} from "./people.ts";
import { RetryAfterLedger, type Violation } from "./retry-after-ledger.ts";
import { telegramControl } from "./telegram-control.ts";
import type { TelegramFault } from "./telegram-fault.ts";
import { type Confirmed, type HandedOut, UpdateQueue } from "./update-queue.ts";
import { Webhook } from "./webhook.ts";

export interface TelegramSimulatorOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The only token that is accepted. */
  readonly token?: string;
  readonly bot?: BotUser;
  /** Of the draws for faults with a probability. */
  readonly seed?: number;
  readonly firstUpdateId?: number;
  readonly faults?: readonly FaultRule<TelegramFault>[];
  /** Absent: Telegram never minds how much is sent. */
  readonly limits?: FloodLimits;
  readonly now?: () => number;
}

/** Only changes after this `sequence` count, as read from `simulator.sequence` beforehand. */
export interface WaitForMessageOptions extends WaitOptions {
  readonly since?: number;
}

// Records are kept whole up to this many calls; of a longer run the oldest half goes.
const maxCalls = 200_000;

export class TelegramSimulator implements AsyncDisposable {
  readonly token: string;
  readonly bot: BotUser;
  /** Rules in force; change them at any time. */
  readonly faults: FaultPlan<TelegramFault>;
  readonly #state: BotState;
  readonly #people: People;
  readonly #ledger: RetryAfterLedger;
  readonly #webhook: Webhook;
  readonly #server: LoopbackServer;
  readonly #changes = new Changes();
  #calls: BotCall[] = [];

  constructor(options: TelegramSimulatorOptions = {}) {
    const now = options.now ?? Date.now;
    this.token = options.token ?? "4242:simulated-telegram-token";
    this.bot = options.bot ?? { id: 4242, username: "praktor_bot", firstName: "Praktor" };
    this.faults = new FaultPlan(options.seed ?? 1);
    this.faults.set(options.faults ?? []);
    this.#ledger = new RetryAfterLedger(now);
    const updates = new UpdateQueue(options.firstUpdateId ?? 1000, now);
    this.#webhook = new Webhook(updates, now);
    this.#state = {
      bot: this.bot,
      now,
      chats: new ChatBook(now),
      updates,
      files: new FileShelf(),
      webhook: this.#webhook,
      chatActions: [],
      callbackAnswers: [],
      reactions: [],
      commands: new Map(),
    };
    this.#people = new People(this.#state);
    const app = new Hono<NodeBindings>();
    app.route("/control", telegramControl(this));
    app.route(
      "/",
      botEndpoint({
        token: this.token,
        state: this.#state,
        faults: this.faults,
        ledger: this.#ledger,
        flood: new FloodControl(options.limits, now),
        onCall: (call) => this.#record(call),
      }),
    );
    app.notFound(() => Response.json({ ok: false, error_code: 404, description: "Not Found" }, { status: 404 }));
    this.#server = new LoopbackServer(app, { port: options.port ?? 0, host: options.host ?? "127.0.0.1" });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#server.start(signal);
  }

  /** What grammY calls `apiRoot`. */
  get url(): string {
    return this.#server.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#webhook.stop();
    await this.#server[Symbol.asyncDispose]();
  }

  // What people do.

  /** A person writes; the chat comes to be with the first message. */
  userSays(input: UserText): Acted {
    return this.#people.say(input);
  }

  userSends(input: UserFile): Acted {
    return this.#people.sendFile(input);
  }

  userEdits(input: UserEdit): Acted {
    return this.#people.edit(input);
  }

  /** A person taps an inline button. */
  userTaps(input: UserTap): Acted {
    return this.#people.tap(input);
  }

  /** Somebody adds, promotes, removes or blocks the bot. */
  setMembership(input: BotMembership): Pick<Acted, "updateId"> {
    return this.#people.setMembership(input);
  }

  /** A group becomes a supergroup with a new id. */
  migrate(fromChatId: number, toChatId: number): ReturnType<People["migrate"]> {
    return this.#people.migrate(fromChatId, toChatId);
  }

  /** Queues an update exactly as given, whatever `allowed_updates` says; its own `update_id` is kept. */
  push(update: Readonly<Record<string, unknown>>): number {
    const updateId = this.#state.updates.push(update);
    this.#webhook.wake();
    return updateId;
  }

  /** Makes a chat known without a message. */
  openChat(chat: Chat): void {
    this.#state.chats.open(chat);
  }

  /** From now on the chat refuses the bot (403), or with `migrated` names its new id (400). */
  setChatState(chatId: number, state: Parameters<ChatBook["setState"]>[1]): void {
    this.#state.chats.setState(chatId, state);
  }

  /** Update ids go on from here, also lower than before. */
  restartUpdateIds(updateId: number): void {
    this.#state.updates.restartAt(updateId);
  }

  // What came of it.

  /** The bot's messages in order, of one chat or of all; deleted ones too. */
  sent(chatId?: number): ChatMessage[] {
    const chatIds = chatId === undefined ? this.#state.chats.chatIds : [chatId];
    return chatIds
      .flatMap((id) => this.#state.chats.messages(id))
      .filter((message) => message.from === "bot")
      .sort((a, b) => a.at - b.at);
  }

  /** What a person sees in the chat now: everybody's messages, edited as edited, without the deleted. */
  transcript(chatId: number): ChatMessage[] {
    return this.#state.chats.messages(chatId).filter((message) => message.deletedAt === undefined);
  }

  /** The bot's messages that were edited at least once. */
  edits(chatId?: number): ChatMessage[] {
    return this.sent(chatId).filter((message) => message.edits.length > 0);
  }

  get chatIds(): number[] {
    return this.#state.chats.chatIds;
  }

  get chatActions(): readonly ChatAction[] {
    return this.#state.chatActions;
  }

  get callbackAnswers(): readonly CallbackAnswer[] {
    return this.#state.callbackAnswers;
  }

  get reactions(): BotState["reactions"] {
    return this.#state.reactions;
  }

  /** Every call of the bot with its time and outcome. */
  get calls(): readonly BotCall[] {
    return this.#calls;
  }

  /** Calls to a chat before its `retry_after` had passed. */
  get violations(): Violation[] {
    return this.#ledger.violations;
  }

  handedOut(): HandedOut[] {
    return this.#state.updates.handedOut;
  }

  /** Updates that an offset (or a webhook's answer) has confirmed. */
  confirmed(): Confirmed[] {
    return this.#state.updates.confirmed;
  }

  get pendingUpdates(): number {
    return this.#state.updates.pendingCount;
  }

  file(fileId: string): ShelvedFile | undefined {
    return this.#state.files.get(fileId);
  }

  /** Grows with each message and each edit of the bot. */
  get sequence(): number {
    return this.#state.chats.sequence;
  }

  /**
   * Resolves with the bot's first message (as it stands now, edits included) for which `predicate` holds; with `since`
   * only messages sent or edited after that. Rejects with WaitTimeoutError, or the signal's reason.
   */
  async waitForMessage(
    predicate: (message: ChatMessage) => boolean,
    options: WaitForMessageOptions = {},
  ): Promise<ChatMessage> {
    const { since = 0 } = options;
    return await this.#changes.until(
      () =>
        this.sent().find(
          (message) => message.deletedAt === undefined && message.sequence > since && predicate(message),
        ),
      "a message of the bot",
      () =>
        JSON.stringify(
          this.sent()
            .slice(-5)
            .map(({ chatId, text }) => ({ chatId, text: text.slice(0, 200) })),
        ),
      options,
    );
  }

  /** Resolves once `predicate` holds for the simulator; looked at after every call of the bot. */
  async waitUntil(predicate: (simulator: this) => boolean, waitedFor: string, options?: WaitOptions): Promise<void> {
    await this.#changes.until(
      () => (predicate(this) ? true : undefined),
      waitedFor,
      () => `${this.#calls.length} calls, ${this.pendingUpdates} updates pending`,
      options,
    );
  }

  #record(call: BotCall): void {
    this.#calls.push(call);
    if (this.#calls.length > maxCalls) this.#calls = this.#calls.slice(maxCalls / 2);
    this.#changes.notify();
  }
}
