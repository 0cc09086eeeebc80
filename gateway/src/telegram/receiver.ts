/** Stores what arrives: decides who is answered, finds the conversation, and commits update and message together. */
import type { Audit } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { Conversation, Turn } from "../store/rows.ts";
import { Albums } from "./albums.ts";
import type { Channels } from "./channels.ts";
import { CommandRunner } from "./command-runner.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { renderAnswer } from "./format/render-answer.ts";
import { incomingFile } from "./incoming-files.ts";
import type { BotIdentity, Incoming, IncomingMessage } from "./incoming.ts";
import { userName } from "./message-text.ts";
import { newMessage } from "./new-message.ts";
import { Overheard } from "./overheard.ts";
import type { Pairing } from "./pairing.ts";
import type { ReceivedUpdate } from "./poll-loop.ts";
import { readUpdate } from "./read-update.ts";
import type { AllowList, TelegramPorts, TelegramStore } from "./telegram-ports.ts";
import { TelegramConversations } from "./telegram-conversations.ts";
import { UpdateRecords } from "./update-records.ts";
import type { Verbosity } from "./verbosity.ts";

export interface ReceiverOptions {
  store: TelegramStore;
  ports: TelegramPorts;
  allowFrom: AllowList;
  pairing: Pairing | undefined;
  channels: Channels;
  verbosity: Verbosity;
  /** What is said in voice messages can be turned into text. */
  hearsSpeech: boolean;
  groupReplies: "mention" | "all";
  /** Whether the agent is told what was said in a group to others. */
  groupContext: "none" | "recent";
  audit: Audit;
  logger: Logger;
  clock: Clock;
  /** There is something in the outbox. */
  wakeDelivery(): void;
  /** The chat goes on under another id. */
  onMigrated(from: string, to: string): void;
  /** Somebody wrote in the chat. */
  onHeard(chatId: string): void;
  /** A button was pressed and the person's app waits for a sign. */
  onTapped(queryId: string, answer: string): void;
  /** There is a main group now. */
  onMainChanged(): void;
}

// An update that failed this often, while the store takes others, is at fault itself.
const mostTries = 4;
// The parts of an album come as messages of their own, most often in one batch; nothing says which is the last.
const albumPatienceMs = 700;

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #bot: BotIdentity;
  readonly #sourceName: string;
  readonly #conversations: TelegramConversations;
  readonly #commands: CommandRunner;
  readonly #records: UpdateRecords;
  readonly #door: Doorkeeper;
  readonly #albums = new Albums();
  /** Null: what is said to others is nobody's business. */
  readonly #overheard: Overheard | null;
  #failing: { updateId: number; tries: number } | null = null;

  constructor(options: ReceiverOptions, bot: BotIdentity) {
    this.#options = options;
    this.#bot = bot;
    this.#overheard = options.groupContext === "recent" ? new Overheard() : null;
    // Another bot's update ids are another sequence.
    this.#sourceName = `telegram:${bot.id}`;
    this.#conversations = new TelegramConversations(options.store.conversations, options.ports);
    const { store, ports, verbosity, pairing, audit, clock, logger } = options;
    this.#commands = new CommandRunner({ ports, verbosity, pairing, botUsername: bot.username, audit, logger });
    this.#records = new UpdateRecords({
      store,
      clock,
      sourceName: this.#sourceName,
      wakeDelivery: () => options.wakeDelivery(),
    });
    this.#door = new Doorkeeper({
      records: this.#records,
      conversations: this.#conversations,
      store,
      ports,
      allowFrom: options.allowFrom,
      pairing,
      channels: options.channels,
      botUsername: bot.username,
      clock,
      logger,
      onMainChanged: () => options.onMainChanged(),
    });
  }

  /**
   * Resolves once the update's row is committed, whatever the update was; rejects when the store failed, and then the update must
   * come again. One that fails again and again while the store works is recorded with an apology, so that it blocks nothing.
   */
  async receive({ updateId, raw }: ReceivedUpdate): Promise<void> {
    const incoming = readUpdate(raw, this.#bot);
    try {
      // Telegram hands it out again after a crash: its command was carried out, and later messages are not meant by it.
      if (await this.#options.store.inbox.isKnown(this.#sourceName, updateId)) return;
      await this.#handle(updateId, incoming);
      this.#failing = null;
    } catch (error) {
      if (error instanceof PraktorError && error.code === "store_full") throw error;
      const tries = this.#failing?.updateId === updateId ? this.#failing.tries + 1 : 1;
      this.#failing = { updateId, tries };
      if (tries < mostTries) throw error;
      this.#options.logger.error({ updateId, error: errorMessage(error) }, "an update cannot be stored: skipped");
      const markdown = "⚠️ I could not store this message. Please send it again; the log has the detail.";
      const source = "source" in incoming ? incoming.source : null;
      await this.#records.record(updateId, source ? { markdown, source } : null);
      this.#failing = null;
    }
  }

  /** The group goes on under its new chat; what was known of it stays. */
  async migrate(from: string, to: string): Promise<void> {
    await this.#conversations.migrate(from, to);
    this.#options.onMigrated(from, to);
  }

  async #handle(updateId: number, incoming: Incoming): Promise<void> {
    switch (incoming.type) {
      case "message":
        return await this.#handleMessage(updateId, incoming);
      case "refused":
        this.#options.logger.warn({ updateId, chatId: incoming.source.chat.id }, `received ${incoming.reason}`);
        return await this.#handleRefused(updateId, incoming);
      case "migrated":
        await this.migrate(incoming.from, incoming.to);
        return await this.#records.record(updateId, null);
      case "membership":
        return await this.#door.membershipChanged(updateId, incoming);
      case "tapped":
        return await this.#handleTap(updateId, incoming);
      case "ignored":
        this.#options.logger.debug({ updateId }, `ignored ${incoming.reason}`);
        return await this.#records.record(updateId, null);
      default:
        return incoming satisfies never;
    }
  }

  async #handleMessage(updateId: number, incoming: IncomingMessage): Promise<void> {
    const { source, command } = incoming;
    this.#options.onHeard(source.address.chatId);
    const isForAnother = command !== null && !command.forThisBot;
    const isWanted =
      incoming.addressed || this.#albums.has(incoming) || (this.#options.groupReplies === "all" && !isForAnother);
    if (!isWanted) {
      await this.#records.record(updateId, null);
      return this.#overheard?.heard(incoming);
    }
    if (source.chat.type === "private" && (await this.#door.admit(updateId, incoming))) return;
    if (!this.#door.isAllowed(source)) {
      await this.#door.refuse(updateId, source);
      return this.#overheard?.heard(incoming);
    }
    this.#albums.sentToBot(incoming);

    if (incoming.fileKind !== null && incoming.text === "" && incomingFile(incoming.message) === null) {
      const markdown = `This ${incoming.fileKind} is too large for me: Telegram hands bots files of up to 20 MB.`;
      return await this.#records.record(updateId, { markdown, source });
    }
    const conversation = await this.#conversations.find(incoming);
    if (command?.name) {
      const { name, argument } = command;
      const markdown = await this.#commands.run({
        name,
        argument,
        conversationId: conversation.id,
        groupId: conversation.groupId,
        address: source.address,
        userId: String(source.sender.id),
      });
      return await this.#records.record(updateId, { markdown, source, conversationId: conversation.id });
    }
    await this.#store(updateId, conversation, incoming);
  }

  async #store(updateId: number, conversation: Conversation, incoming: IncomingMessage): Promise<void> {
    const { store, ports, clock } = this.#options;
    const told = await this.#told(incoming);
    const overheard = incoming.edited ? undefined : this.#overheard?.at(incoming.source.address);
    const said = { told, overheard: overheard?.text ?? null };
    const message = newMessage(incoming, conversation.id, this.#bot.id, said);
    const { media_group_id: album, message_id: messageId } = incoming.message;
    const notBefore = clock.now() + albumPatienceMs;
    const asNew = incoming.edited
      ? newMessage({ ...incoming, edited: false }, conversation.id, this.#bot.id, said)
      : message;
    const { content, metadata = {} } = asNew;
    const isPlain = !incoming.edited && album === undefined;
    const place = isPlain ? (ports.reserve?.(conversation.groupId) ?? null) : null;
    let stored: Turn | null = null;
    try {
      const outcome = await store.inbox.receive({
        source: this.#sourceName,
        updateId,
        message,
        ...(place ? { claim: place.claim } : {}),
        ...this.#deafness(incoming, conversation),
        ...(incoming.edited
          ? { instead: { type: "replace", messageId, content, metadata } as const }
          : album === undefined
            ? {}
            : { instead: { type: "append", album, content: incoming.text, metadata, notBefore } as const, notBefore }),
      });
      overheard?.handedOver();
      this.#options.wakeDelivery();
      if (outcome.type === "duplicate" || outcome.received === null) return;
      const { groupId, id: conversationId } = conversation;
      ports.onReceived({ groupId, conversationId, ...outcome.received });
      stored = outcome.received.turn;
    } finally {
      place?.settle(stored);
    }
  }

  async #told({ source, message }: IncomingMessage): Promise<string | null> {
    const replied = message.reply_to_message;
    if (replied?.from?.id !== this.#bot.id) return null;
    return (await this.#options.ports.repliedTo?.(source.address, replied.message_id)) ?? null;
  }

  /** Said once an hour: the voice message itself is kept as a file. */
  #deafness(
    { source, message }: IncomingMessage,
    conversation: Conversation,
  ): Pick<Parameters<TelegramStore["inbox"]["receive"]>[0], "reply"> {
    const isSpeech = message.voice !== undefined || message.video_note !== undefined;
    if (!isSpeech || this.#options.hearsSpeech || !this.#records.isNews(`deaf:${source.chat.id}`)) return {};
    const markdown =
      "🎙 I keep your voice message as a file, but I cannot listen to it: no speech endpoint is configured (`speech.base_url`).";
    const parts = renderAnswer(markdown).map((body) => ({ body }));
    return { reply: { address: source.address, conversationId: conversation.id, parts } };
  }

  /** Acted on before it is recorded: a tap that comes again finds what it wanted done already. */
  async #handleTap(updateId: number, { queryId, data, source }: Extract<Incoming, { type: "tapped" }>): Promise<void> {
    const { ports, store, logger } = this.#options;
    const conversation =
      source && this.#door.mayTap(source) ? await store.conversations.byAddress(source.address) : null;
    let answer: string | null = null;
    try {
      const sender = source?.sender ?? null;
      if (conversation && sender) {
        const person = { id: String(sender.id), name: userName(sender).slice(0, 128).toWellFormed() };
        answer = (await ports.tap?.(conversation.id, data, person)) ?? null;
      }
    } catch (error) {
      logger.warn({ updateId, data, error: errorMessage(error) }, "what a button stands for failed");
      answer = `⚠️ ${errorMessage(error)}`;
    }
    this.#options.onTapped(queryId, (answer ?? "This button does nothing any more.").slice(0, 200).toWellFormed());
    await this.#records.record(updateId, null);
  }

  async #handleRefused(updateId: number, incoming: Extract<Incoming, { type: "refused" }>): Promise<void> {
    const { source, reply, addressed } = incoming;
    if (!addressed && this.#options.groupReplies === "mention") return await this.#records.record(updateId, null);
    if (source.sender === null)
      return void (await this.#records.replyOnce(updateId, `unreadable:${source.chat.id}`, source, reply));
    if (!this.#door.isAllowed(source)) return await this.#door.refuse(updateId, source);
    await this.#records.record(updateId, { markdown: reply, source });
  }
}
