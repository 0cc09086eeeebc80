/** Stores what arrives: decides who is answered, finds the conversation, and commits update and message together. */
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { NewMessage } from "../store/contract.ts";
import type { Conversation } from "../store/rows.ts";
import { type Words, wordsParts } from "./buttons.ts";
import type { Channels } from "./channels.ts";
import { CommandRunner } from "./command-runner.ts";
import { renderAnswer } from "./format/render-answer.ts";
import { incomingFile } from "./incoming-files.ts";
import type { BotIdentity, Incoming, IncomingMessage, Source } from "./incoming.ts";
import { messageContext, userName } from "./message-text.ts";
import { OncePer } from "./once-per.ts";
import { Pace } from "./pace.ts";
import type { Pairing } from "./pairing.ts";
import { outcomeWords } from "./pairing-words.ts";
import type { ReceivedUpdate } from "./poll-loop.ts";
import { readUpdate } from "./read-update.ts";
import type { AllowList, TelegramPorts, TelegramStore } from "./telegram-ports.ts";
import { TelegramConversations } from "./telegram-conversations.ts";
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
  logger: Logger;
  clock: Clock;
  /** There is something in the outbox. */
  wakeDelivery(): void;
  /** The chat goes on under another id. */
  onMigrated(from: string, to: string): void;
  /** A button was pressed and the person's app waits for a sign. */
  onTapped(queryId: string, answer: string): void;
  /** There is a main group now. */
  onMainChanged(): void;
}

const hourMs = 3_600_000;
// Strangers may be many, and the owner has other things to read.
const mostNoticesPerHour = 10;
// An update that failed this often, while the store takes others, is at fault itself.
const mostTries = 4;
// The parts of an album come as messages of their own, most often in one batch; nothing says which is the last.
const albumPatienceMs = 700;

type Reply = { markdown: Words; source: Source; conversationId?: string | null };

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #bot: BotIdentity;
  readonly #sourceName: string;
  readonly #conversations: TelegramConversations;
  readonly #commands: CommandRunner;
  readonly #refusals: OncePer;
  readonly #notices: Pace;
  #failing: { updateId: number; tries: number } | null = null;

  constructor(options: ReceiverOptions, bot: BotIdentity) {
    this.#options = options;
    this.#bot = bot;
    // Another bot's update ids are another sequence.
    this.#sourceName = `telegram:${bot.id}`;
    this.#conversations = new TelegramConversations(options.store.conversations, options.ports);
    const { ports, verbosity, pairing, logger } = options;
    this.#commands = new CommandRunner({ ports, verbosity, pairing, botUsername: bot.username, logger });
    this.#refusals = new OncePer(options.clock, hourMs);
    this.#notices = new Pace(options.clock, mostNoticesPerHour, hourMs);
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
      await this.#record(updateId, source ? { markdown, source } : null);
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
        return await this.#record(updateId, null);
      case "membership":
        return await this.#handleMembership(updateId, incoming);
      case "tapped":
        return await this.#handleTap(updateId, incoming);
      case "ignored":
        this.#options.logger.debug({ updateId }, `ignored ${incoming.reason}`);
        return await this.#record(updateId, null);
      default:
        return incoming satisfies never;
    }
  }

  async #handleMessage(updateId: number, incoming: IncomingMessage): Promise<void> {
    const { source, command } = incoming;
    const isForAnother = command !== null && !command.forThisBot;
    const isWanted = incoming.addressed || (this.#options.groupReplies === "all" && !isForAnother);
    if (!isWanted) return await this.#record(updateId, null);
    if (source.chat.type === "private" && (await this.#pairs(updateId, incoming))) return;
    if (!this.#isAllowed(source)) return await this.#refuseStranger(updateId, source);

    if (incoming.fileKind !== null && incoming.text === "" && incomingFile(incoming.message) === null) {
      const markdown = `This ${incoming.fileKind} is too large for me: Telegram hands bots files of up to 20 MB.`;
      return await this.#record(updateId, { markdown, source });
    }
    const conversation = await this.#conversations.find(incoming);
    if (command?.name) {
      const { name, argument } = command;
      const markdown = await this.#commands.run({
        name,
        argument,
        conversationId: conversation.id,
        address: source.address,
      });
      return await this.#record(updateId, { markdown, source, conversationId: conversation.id });
    }
    await this.#store(updateId, conversation, incoming);
  }

  /** True when the message was a code, right or wrong, and is dealt with. */
  async #pairs(updateId: number, incoming: IncomingMessage): Promise<boolean> {
    const { pairing, ports, logger } = this.#options;
    const { source } = incoming;
    if (!pairing || incoming.text === "") return false;
    const person = { id: String(source.sender.id), name: userName(source.sender).slice(0, 128).toWellFormed() };
    const outcome = await pairing.enter(person, incoming.text, !this.#isAllowed(source));
    if (outcome.type === "none") return false;
    logger.warn({ userId: source.sender.id, outcome: outcome.type }, "somebody has sent a pairing code");
    const markdown = outcomeWords(outcome);
    if (outcome.type === "wrong") {
      await this.#record(updateId, { markdown, source });
      return true;
    }
    const conversation = await this.#conversations.find(incoming);
    if (outcome.isOwner) {
      await ports.makeMain(conversation.groupId);
      this.#options.onMainChanged();
    } else {
      await ports.tellOwner(`🔑 **${person.name}** (id ${person.id}) was let in by a code.`);
    }
    await this.#record(updateId, { markdown, source, conversationId: conversation.id });
    return true;
  }

  async #store(updateId: number, conversation: Conversation, incoming: IncomingMessage): Promise<void> {
    const { store, clock } = this.#options;
    const message = this.#newMessage(incoming, conversation);
    const { media_group_id: album, message_id: messageId } = incoming.message;
    const notBefore = clock.now() + albumPatienceMs;
    const asNew = incoming.edited ? this.#newMessage({ ...incoming, edited: false }, conversation) : message;
    const { content, metadata = {} } = asNew;
    const outcome = await store.inbox.receive({
      source: this.#sourceName,
      updateId,
      message,
      ...this.#deafness(incoming, conversation),
      ...(incoming.edited
        ? { instead: { type: "replace", messageId, content, metadata } as const }
        : album === undefined
          ? {}
          : { instead: { type: "append", album, content: incoming.text, metadata, notBefore } as const, notBefore }),
    });
    this.#options.wakeDelivery();
    if (outcome.type === "duplicate" || outcome.received === null) return;
    const { groupId, id: conversationId } = conversation;
    this.#options.ports.onReceived({ groupId, conversationId, ...outcome.received });
  }

  /** Said once an hour: the voice message itself is kept as a file. */
  #deafness(
    { source, message }: IncomingMessage,
    conversation: Conversation,
  ): Pick<Parameters<TelegramStore["inbox"]["receive"]>[0], "reply"> {
    const isSpeech = message.voice !== undefined || message.video_note !== undefined;
    if (!isSpeech || this.#options.hearsSpeech || !this.#refusals.grant(`deaf:${source.chat.id}`)) return {};
    const markdown =
      "🎙 I keep your voice message as a file, but I cannot listen to it: no speech endpoint is configured (`speech.base_url`).";
    const parts = renderAnswer(markdown).map((body) => ({ body }));
    return { reply: { address: source.address, conversationId: conversation.id, parts } };
  }

  #newMessage({ source, message, text, edited, fileKind }: IncomingMessage, conversation: Conversation): NewMessage {
    const file = incomingFile(message);
    const context = [
      edited ? "[An earlier message was edited. It now reads:]" : null,
      file ? `[A ${fileKind} was sent: ${file.path}]` : null,
      fileKind !== null && !file ? `[With a ${fileKind}, which is too large to be received]` : null,
      messageContext(message, this.#bot.id),
    ].filter((line) => line !== null);
    return {
      conversationId: conversation.id,
      sender: `user:${source.sender.id}`,
      content: text === "" && file ? `(${file.name})` : text,
      metadata: {
        telegram: {
          chatId: source.address.chatId,
          messageId: message.message_id,
          ...(message.media_group_id === undefined ? {} : { album: message.media_group_id }),
        },
        senderName: userName(source.sender),
        ...(source.chat.type === "private" ? {} : { author: userName(source.sender) }),
        ...(file ? { files: [file] } : {}),
        ...(context.length === 0 ? {} : { context: context.join("\n") }),
      },
    };
  }

  /** Acted on before it is recorded: a tap that comes again finds what it wanted done already. */
  async #handleTap(updateId: number, { queryId, data, source }: Extract<Incoming, { type: "tapped" }>): Promise<void> {
    const { ports, store, logger } = this.#options;
    const conversation = source && this.#isAllowed(source) ? await store.conversations.byAddress(source.address) : null;
    let answer: string | null = null;
    try {
      answer = conversation ? ((await ports.tap?.(conversation.id, data)) ?? null) : null;
    } catch (error) {
      logger.warn({ updateId, data, error: errorMessage(error) }, "what a button stands for failed");
      answer = `⚠️ ${errorMessage(error)}`;
    }
    this.#options.onTapped(queryId, (answer ?? "This button does nothing any more.").slice(0, 200).toWellFormed());
    await this.#record(updateId, null);
  }

  async #handleRefused(updateId: number, incoming: Extract<Incoming, { type: "refused" }>): Promise<void> {
    const { source, reply, addressed } = incoming;
    if (!addressed && this.#options.groupReplies === "mention") return await this.#record(updateId, null);
    if (source.sender === null)
      return void (await this.#replyOnce(updateId, `unreadable:${source.chat.id}`, source, reply));
    if (!this.#isAllowed(source)) return await this.#refuseStranger(updateId, source);
    await this.#record(updateId, { markdown: reply, source });
  }

  async #handleMembership(
    updateId: number,
    { source, status }: Extract<Incoming, { type: "membership" }>,
  ): Promise<void> {
    this.#options.logger.info({ chatId: source.chat.id, status }, "the bot's place in a chat has changed");
    if (status === "left" || status === "kicked") return await this.#handleRemoval(updateId, source);
    const isAdded = status === "member" || status === "administrator";
    if (isAdded && source.chat.type === "channel" && this.#isMember(source)) {
      await this.#options.channels.add(source.chat.id);
    }
    if (!isAdded || source.chat.type === "private" || source.chat.type === "channel") {
      return await this.#record(updateId, null);
    }
    if (!this.#isAllowed(source)) return await this.#refuseStranger(updateId, source);
    const markdown = `Hello! Mention me (@${this.#bot.username}) or reply to one of my messages, and I answer. /help says more.`;
    await this.#replyOnce(updateId, `hello:${source.chat.id}`, source, markdown);
  }

  /** What waits for the chat fails with Telegram's own words; the group and its files stay. */
  async #handleRemoval(updateId: number, source: Source): Promise<void> {
    const conversation = await this.#options.store.conversations.byAddress(source.address);
    await this.#options.channels.remove(source.chat.id);
    await this.#record(updateId, null);
    if (!conversation || !this.#notices.grant()) return;
    await this.#options.ports.stop(conversation.id);
    const person = source.sender ? userName(source.sender) : "Somebody";
    const what =
      source.chat.type === "private" ? "has blocked me" : `has removed me from **${source.chat.title ?? "a group"}**`;
    await this.#options.ports.tellOwner(`👋 ${person} ${what}. The group's files and history stay.`);
  }

  /** In a channel Telegram does not say who posts: the channel itself speaks. */
  #isAllowed(source: Source): boolean {
    return source.chat.type === "channel" ? this.#options.channels.has(source.chat.id) : this.#isMember(source);
  }

  #isMember({ sender }: Source): boolean {
    return sender !== null && this.#options.allowFrom.has(String(sender.id));
  }

  async #refuseStranger(updateId: number, source: Source): Promise<void> {
    this.#options.logger.warn(
      { userId: source.sender?.id, chatId: source.chat.id },
      "somebody who is not allowed wrote",
    );
    const markdown = `I am a personal assistant and only talk to people my owner has named. Your Telegram id is \`${source.sender?.id}\`: the owner can add it to \`telegram.allow_from\`, or give you a code from \`praktor pair\`.`;
    const isFirst = await this.#replyOnce(updateId, `stranger:${source.chat.id}`, source, markdown);
    if (!isFirst || source.sender === null || !this.#notices.grant()) return;
    const name = userName(source.sender).slice(0, 128).toWellFormed();
    const where = source.chat.type === "private" ? "" : ` in ${source.chat.title ?? "a group"}`;
    await this.#options.ports.tellOwner(
      `👤 ${name} (id ${source.sender.id}) wrote to me${where} and was refused. /pair gives a code to let somebody in.`,
    );
  }

  /** Whether it was said. */
  async #replyOnce(updateId: number, key: string, source: Source, markdown: string): Promise<boolean> {
    if (!this.#refusals.grant(key)) {
      await this.#record(updateId, null);
      return false;
    }
    try {
      await this.#record(updateId, { markdown, source });
      return true;
    } catch (error) {
      this.#refusals.revoke(key);
      throw error;
    }
  }

  /** The update without a turn, with Praktor's own words where there are some. */
  async #record(updateId: number, reply: Reply | null): Promise<void> {
    const { inbox, conversations } = this.#options.store;
    if (reply === null) {
      await inbox.receive({ source: this.#sourceName, updateId });
      return;
    }
    const { address } = reply.source;
    const conversationId = reply.conversationId ?? (await conversations.byAddress(address))?.id ?? null;
    const parts = wordsParts(reply.markdown);
    await inbox.receive({ source: this.#sourceName, updateId, reply: { address, conversationId, parts } });
    this.#options.wakeDelivery();
  }
}
