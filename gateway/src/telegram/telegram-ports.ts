/** What the Telegram room wants from the rest of the gateway; the composition root hands it in. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { InboxStore } from "../store/contract/inbox-store.ts";
import type { OutboxStore } from "../store/contract/outbox-store.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";
import type { TurnClaim } from "../store/contract/turn-store.ts";
import type { Words } from "./buttons.ts";
import type { CommandAnswer } from "./command-audit.ts";
import type { OpenFile } from "./send-file.ts";
import type { Activity } from "./status-text.ts";
import type { Group, Message, OutboxPart, Turn } from "../store/rows.ts";

/** Who may talk to the bot, by Telegram's user id as a decimal; a Set does. */
export interface AllowList {
  has(userId: string): boolean;
}

export interface TelegramStore {
  inbox: Pick<InboxStore, "isKnown" | "receive">;
  outbox: OutboxStore;
  conversations: Pick<ConversationStore, "byAddress" | "ensure" | "setSession">;
  settings: Pick<SettingStore, "get" | "set">;
}

export interface TelegramPorts {
  /** A person's message and its turn are stored: wakes the dispatcher, publishes events. Must not throw. */
  onReceived(received: { groupId: string; conversationId: string; message: Message; turn: Turn }): void;
  /** Room for a turn of the group that is claimed as it is stored; null: it waits for its claim. `settle` must be called. */
  reserve?(groupId: string): {
    claim: Omit<TurnClaim, "conversationId">;
    settle(turn: Turn | null): void;
  } | null;
  /** A part was sent, failed or stays uncertain. Must not throw. */
  onDelivery(part: OutboxPart): void;
  /** The group of this id, made where there is none; its folder comes from title and id. */
  registerGroup(group: { id: string; name: string }): Promise<Group>;
  /** Ends what runs and waits in the conversation. A sentence for the person about what was cut; null when there was nothing. */
  stop(conversationId: string): Promise<string | null>;
  /** The next message begins with a fresh Claude session. */
  newSession(conversationId: string): Promise<void>;
  /** Opens a file of a group's workspace, to send it; without it no files are sent. */
  openFile?: OpenFile;
  /** What a message of the bot told of, where that is more than its own words: lines for the agent in their place. */
  repliedTo?(address: TelegramAddress, messageId: number): Promise<string | null>;
  /** What a running turn does now; without it a status message names no tools. */
  activity?(turnId: string): Activity;
  /** The tasks of the conversation's group, as Markdown, perhaps with buttons. */
  tasks(conversationId: string): Promise<Words>;
  /** A person who may write has tapped a button; what came of it in one short sentence, null where the data is nobody's. */
  tap?(conversationId: string, data: string, person: { id: string; name: string }): Promise<string | null>;
  /** What the conversation's group is doing now, as Markdown. */
  status(conversationId: string): Promise<string>;
  /** What the conversation's group (the main one: all groups) has used, as Markdown. */
  usage(conversationId: string): Promise<string>;
  /** Starts, shows or stops swarms of the conversation's group by what stands behind `/swarm`; what came of it as Markdown. */
  swarm(conversationId: string, argument: string): Promise<CommandAnswer>;
  /** Shows the group's model where `wanted` is empty, else changes it; what came of it as Markdown. */
  model(conversationId: string, wanted: string): Promise<CommandAnswer>;
  /** All groups, and all agents that run, as Markdown: for the main group. */
  groups(): Promise<string>;
  agents(): Promise<string>;
  isMain(conversationId: string): Promise<boolean>;
  /** The main group's chat, where it has one. */
  mainChat(): Promise<TelegramAddress | null>;
  /** The owner's first chat becomes the main group, unless the settings name another. */
  makeMain(groupId: string): Promise<void>;
  /** A notice to the owner, where one is known. Never rejects. */
  tellOwner(markdown: string): Promise<void>;
}
