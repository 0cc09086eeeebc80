/** What commands in a chat ask of the rest of the gateway, and the words of the answers. Markdown. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Assistant } from "./agent/assistant.ts";
import type { RunningTurns } from "./agent/running-turns.ts";
import type { Clock } from "./kit/clock.ts";
import { daysBefore } from "./kit/day.ts";
import { escapeMarkdown } from "./kit/escape-markdown.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { Store } from "./store/contract.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import type { Conversation, Group, Turn } from "./store/rows.ts";
import { usageText } from "./usage-text.ts";
import { changed, onlyWords, refused, type CommandAnswer } from "./telegram/command-audit.ts";
import type { Spending } from "./usage/spending.ts";

export interface ChatCommandsOptions {
  store: Store;
  assistant: Assistant;
  running: RunningTurns;
  spending: Spending;
  clock: Clock;
  logger: Logger;
  publish: (event: PraktorEvent) => void;
  defaultModel: string | undefined;
  /** Set: the settings decide which chat is the main group's. */
  mainChatId: string | undefined;
  /** The users of whose private chats the first that there is hears what the owner is to know, while there is no main group's chat. */
  owners: () => readonly string[];
  render: (markdown: string) => NewOutboxPart[];
  onOutgoing: () => void;
}

const shownGroups = 50;

export class ChatCommands {
  readonly #options: ChatCommandsOptions;

  constructor(options: ChatCommandsOptions) {
    this.#options = options;
  }

  /** Says what was cut; null where nothing ran or waited. */
  async stop(conversationId: string): Promise<string | null> {
    const { assistant, running } = this.#options;
    const [conversation, open] = await this.#open(conversationId);
    if (!conversation || open.length === 0) return null;
    const lines: string[] = [];
    const current = open.find(({ state }) => state === "running");
    if (current) {
      const tool = running.get(current.id)?.tools.findLast(({ done }) => !done)?.name;
      const doing = tool === undefined ? "" : `, while \`${tool}\` ran`;
      lines.push(`⏹ I stop what I was doing for ${this.#seconds(current)} s${doing}: ${await this.#words(current)}`);
    }
    for (const turn of open) {
      if (turn !== current) lines.push(`⏹ I leave out what still waited: ${await this.#words(turn)}`);
    }
    await assistant.stopConversation(conversation.groupId, conversationId);
    return lines.join("\n");
  }

  async status(conversationId: string): Promise<string> {
    const [conversation, open] = await this.#open(conversationId);
    if (!conversation) return "Nothing was said here yet.";
    const current = open.find(({ state }) => state === "running");
    if (!current) return open.length === 0 ? "I am idle; write to me." : "Your message waits for its turn.";
    const tool = this.#options.running.get(current.id)?.tools.findLast(({ done }) => !done);
    const waiting = open.length - 1;
    return [
      `Working for ${this.#seconds(current)} s${tool ? `, now with \`${tool.name}\`` : ""}.`,
      ...(waiting > 0 ? [`${waiting} more waiting.`] : []),
    ].join(" ");
  }

  async usage(conversationId: string): Promise<string> {
    const { store, spending } = this.#options;
    const group = await this.#group(conversationId);
    if (!group) return "Nothing was used yet.";
    const today = spending.today();
    const [days, groups] = await Promise.all([store.usage.days(daysBefore(today, 29)), store.groups.list()]);
    return usageText({
      groups: group.isMain ? groups : [group],
      days: group.isMain ? days : days.filter(({ groupId }) => groupId === group.id),
      title: group.isMain ? "All groups" : group.name,
      today,
      // What all groups may spend together is the owner's to know.
      budgets: spending.states([group]).filter((budget) => group.isMain || budget.groupId !== null),
    });
  }

  async model(conversationId: string, wanted: string): Promise<CommandAnswer> {
    const { store, defaultModel, publish } = this.#options;
    const group = await this.#group(conversationId);
    if (!group) return onlyWords("Write to me first.");
    const usual = defaultModel === undefined ? "Claude Code's default" : `\`${defaultModel}\``;
    if (wanted === "") {
      const current = group.model === null ? `${usual} (the default)` : `\`${group.model}\``;
      return onlyWords(
        `${escapeMarkdown(group.name)} uses ${current}. \`/model NAME\` changes it, \`/model default\` goes back.`,
      );
    }
    if (!/^[\w.:@/[\]-]{1,200}$/.test(wanted)) return refused("This is no name of a model.", "no name of a model");
    const model = wanted === "default" ? null : wanted;
    await store.groups.update(group.id, { model });
    publish({ type: "group", groupId: group.id, change: "updated" });
    const words = `From the next message on ${escapeMarkdown(group.name)} uses ${model === null ? usual : `\`${model}\``}.`;
    return changed(words, { detail: `model ${wanted}` });
  }

  async groups(): Promise<string> {
    const { store } = this.#options;
    const [groups, activity] = await Promise.all([store.groups.list(), store.groups.activity()]);
    const lines = groups.slice(0, shownGroups).map((group) => {
      const messages = activity.get(group.id)?.messageCount ?? 0;
      return `- **${escapeMarkdown(group.name)}**${group.isMain ? " (main)" : ""}: \`${group.id}\` · ${number(messages)} messages${group.model === null ? "" : ` · ${group.model}`}`;
    });
    if (groups.length > shownGroups) lines.push(`…and ${groups.length - shownGroups} more, on the page.`);
    return lines.join("\n");
  }

  async agents(): Promise<string> {
    const { assistant, running, clock } = this.#options;
    const agents = await assistant.agents();
    if (agents.length === 0) return "No agent runs.";
    return agents
      .map((agent) => {
        const minutes = Math.floor((clock.now() - Date.parse(agent.started_at)) / 60_000);
        const turns = running.of(agent.group_id).length;
        return `- **${escapeMarkdown(agent.name)}**: ${agent.status} for ${minutes} min, ${turns === 0 ? "idle" : `works on ${turns}`}`;
      })
      .join("\n");
  }

  async isMain(conversationId: string): Promise<boolean> {
    return (await this.#group(conversationId))?.isMain === true;
  }

  async mainChat(): Promise<TelegramAddress | null> {
    const address = (await this.#ownersConversation())?.address;
    return address?.channel === "telegram" ? address : null;
  }

  async makeMain(groupId: string): Promise<void> {
    const { store, mainChatId, publish } = this.#options;
    if (mainChatId !== undefined) return;
    await store.groups.update(groupId, { isMain: true });
    publish({ type: "group", groupId, change: "updated" });
  }

  async tellOwner(markdown: string): Promise<void> {
    const { store, owners, render, onOutgoing, logger } = this.#options;
    try {
      let place = await this.#ownersConversation();
      for (const chatId of owners()) place ??= await store.conversations.byAddress({ channel: "telegram", chatId });
      if (!place) return;
      await store.messages.notice({ conversationId: place.id, content: markdown, parts: render(markdown) });
      onOutgoing();
    } catch (error) {
      logger.error({ error: errorMessage(error) }, "the owner could not be told something");
    }
  }

  async #ownersConversation(): Promise<Conversation | null> {
    const { store } = this.#options;
    const main = (await store.groups.list()).find(({ isMain }) => isMain);
    if (!main) return null;
    const conversations = await store.conversations.list(main.id);
    return conversations.find(({ kind, address }) => kind === "chat" && address.channel === "telegram") ?? null;
  }

  async #open(conversationId: string): Promise<[Conversation | null, Turn[]]> {
    const { store } = this.#options;
    const conversation = await store.conversations.get(conversationId);
    if (!conversation) return [null, []];
    const open = await store.turns.open(conversation.groupId);
    return [conversation, open.filter((turn) => turn.conversationId === conversationId)];
  }

  async #group(conversationId: string): Promise<Group | null> {
    const { store } = this.#options;
    const conversation = await store.conversations.get(conversationId);
    return conversation ? await store.groups.get(conversation.groupId) : null;
  }

  /** How a turn is known to who asked for it. */
  async #words(turn: Turn): Promise<string> {
    const messages = await this.#options.store.messages.byTurn(turn.id);
    const text = (messages.find(({ role }) => role === "user")?.content ?? "").replaceAll(/\s+/g, " ").trim();
    const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
    return `“${escapeMarkdown(text, 80)}”${more}`;
  }

  #seconds(turn: Turn): number {
    return Math.round((this.#options.clock.now() - (turn.startedAt ?? turn.queuedAt)) / 1000);
  }
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
