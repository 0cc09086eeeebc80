/** Who may talk: lets people in by a code, turns strangers away politely, and notices where the bot was added or removed. */
import type { Clock } from "../kit/clock.ts";
import { escapeMarkdown } from "../kit/escape-markdown.ts";
import type { Logger } from "../kit/logger.ts";
import type { Channels } from "./channels.ts";
import type { Incoming, IncomingMessage, Source } from "./incoming.ts";
import { userName } from "./message-text.ts";
import { Pace } from "./pace.ts";
import type { Pairing } from "./pairing.ts";
import { outcomeWords, voidCodeWords } from "./pairing-words.ts";
import type { TelegramConversations } from "./telegram-conversations.ts";
import type { AllowList, TelegramPorts, TelegramStore } from "./telegram-ports.ts";
import type { UpdateRecords } from "./update-records.ts";

export interface DoorkeeperOptions {
  records: UpdateRecords;
  conversations: TelegramConversations;
  store: Pick<TelegramStore, "conversations">;
  ports: Pick<TelegramPorts, "makeMain" | "tellOwner" | "stop">;
  allowFrom: AllowList;
  pairing: Pairing | undefined;
  channels: Channels;
  botUsername: string;
  clock: Clock;
  logger: Logger;
  /** There is a main group now. */
  onMainChanged(): void;
}

// Strangers may be many, and the owner has other things to read.
const mostNoticesPerHour = 10;
const hourMs = 3_600_000;

export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  readonly #notices: Pace;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
    this.#notices = new Pace(options.clock, mostNoticesPerHour, hourMs);
  }

  /** In a channel Telegram does not say who posts: the channel itself speaks, by the right of who has added the bot. */
  isAllowed(source: Source): boolean {
    if (source.chat.type !== "channel") return this.#isMember(source);
    const addedBy = this.#options.channels.addedBy(source.chat.id);
    return addedBy !== null && this.#options.allowFrom.has(addedBy);
  }

  /** Whoever sees a button can tap it, and of a tap Telegram always says whose it is: in a channel too only the tapper himself counts. */
  mayTap(source: Source): boolean {
    return this.#isMember(source);
  }

  #isMember({ sender }: Source): boolean {
    return sender !== null && this.#options.allowFrom.has(String(sender.id));
  }

  /** True when the message was a code, right or wrong, and is dealt with. */
  async admit(updateId: number, incoming: IncomingMessage): Promise<boolean> {
    const { pairing, ports, logger, records, conversations } = this.#options;
    const { source } = incoming;
    if (!pairing || incoming.text === "") return false;
    const person = { id: String(source.sender.id), name: userName(source.sender).slice(0, 128).toWellFormed() };
    const outcome = await pairing.enter(person, incoming.text, !this.isAllowed(source));
    if (outcome.type === "none") return false;
    if (outcome.type === "void") {
      await this.#turnAway(updateId, source, "code", voidCodeWords);
      return true;
    }
    logger.warn({ userId: source.sender.id, outcome: outcome.type }, "somebody has sent a pairing code");
    const markdown = outcomeWords(outcome);
    if (outcome.type === "wrong") {
      await records.record(updateId, { markdown, source });
      return true;
    }
    const conversation = await conversations.find(incoming);
    if (outcome.isOwner) {
      await ports.makeMain(conversation.groupId);
      this.#options.onMainChanged();
    } else {
      await ports.tellOwner(`🔑 **${escapeMarkdown(person.name)}** (id ${person.id}) was let in by a code.`);
    }
    await records.record(updateId, { markdown, source, conversationId: conversation.id });
    return true;
  }

  async refuse(updateId: number, source: Source): Promise<void> {
    const markdown =
      source.chat.type === "channel"
        ? "I answer in a channel only while the person who has added me to it may talk to me. Somebody who may can remove me here and add me again."
        : `I am a personal assistant and only talk to people my owner has named. Your Telegram id is \`${source.sender?.id}\`: the owner can add it to \`telegram.allow_from\`, or give you a code from \`praktor pair\`.`;
    await this.#turnAway(updateId, source, "stranger", markdown);
  }

  /** Said once an hour, the sentence about strangers and the one about codes each. */
  async #turnAway(updateId: number, source: Source, why: "stranger" | "code", markdown: string): Promise<void> {
    const { records, logger, pairing, ports } = this.#options;
    logger.warn({ userId: source.sender?.id, chatId: source.chat.id }, "somebody who is not allowed wrote");
    const isChannel = source.chat.type === "channel";
    const isFirst = await records.replyOnce(updateId, `${why}:${source.chat.id}`, source, markdown);
    if (!isFirst || source.sender === null) return;
    const name = userName(source.sender).slice(0, 128).toWellFormed();
    if (!source.sender.is_bot && !isChannel) await pairing?.knocked({ id: String(source.sender.id), name });
    if (!records.isNews(`knock:${source.chat.id}`) || !this.#notices.grant()) return;
    const where = source.chat.type === "private" ? "" : ` in ${escapeMarkdown(source.chat.title ?? "a group")}`;
    await ports.tellOwner(
      isChannel
        ? `📣 The channel **${escapeMarkdown(name)}** called me and was refused: nobody who may talk to me has added me there.`
        : `👤 ${escapeMarkdown(name)} (id ${source.sender.id}) wrote to me${where} and was refused. /pair gives a code to let somebody in; the page lists who waits.`,
    );
  }

  async membershipChanged(
    updateId: number,
    { source, status }: Extract<Incoming, { type: "membership" }>,
  ): Promise<void> {
    this.#options.logger.info({ chatId: source.chat.id, status }, "the bot's place in a chat has changed");
    if (status === "left" || status === "kicked") return await this.#handleRemoval(updateId, source);
    const isAdded = status === "member" || status === "administrator";
    const { chat, sender } = source;
    if (isAdded && chat.type === "channel" && sender && this.#isMember(source)) {
      await this.#options.channels.add(
        chat.id,
        (chat.title ?? `chat ${chat.id}`).slice(0, 128).toWellFormed(),
        String(sender.id),
      );
    }
    if (!isAdded || source.chat.type === "private" || source.chat.type === "channel") {
      return await this.#options.records.record(updateId, null);
    }
    if (!this.isAllowed(source)) return await this.refuse(updateId, source);
    const markdown = `Hello! Mention me (@${this.#options.botUsername}) or reply to one of my messages, and I answer. /help says more.`;
    await this.#options.records.replyOnce(updateId, `hello:${source.chat.id}`, source, markdown);
  }

  /** What waits for the chat fails with Telegram's own words; the group and its files stay. */
  async #handleRemoval(updateId: number, source: Source): Promise<void> {
    const conversation = await this.#options.store.conversations.byAddress(source.address);
    await this.#options.channels.remove(source.chat.id, source.sender && String(source.sender.id));
    await this.#options.records.record(updateId, null);
    if (!conversation) return;
    await this.#options.ports.stop(conversation.id);
    if (!this.#notices.grant()) return;
    const person = source.sender ? escapeMarkdown(userName(source.sender)) : "Somebody";
    const what =
      source.chat.type === "private"
        ? "has blocked me"
        : `has removed me from **${escapeMarkdown(source.chat.title ?? "a group")}**`;
    await this.#options.ports.tellOwner(`👋 ${person} ${what}. The group's files and history stay.`);
  }
}
