/** What runs of swarms need of the other rooms. */
import type { Address } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { SwarmLimits, SwarmTeam } from "@praktor/protocol/swarm";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { Logger } from "../kit/logger.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { Received } from "../store/contract/inbox-store.ts";
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import type { Message, Turn } from "../store/rows.ts";
import type { SwarmStore } from "../store/contract/swarm-store.ts";

export interface SwarmsOptions {
  store: {
    swarms: SwarmStore;
    groups: Pick<GroupStore, "get" | "list" | "all" | "removeHidden">;
    conversations: Pick<ConversationStore, "get">;
  };
  clock: Clock;
  ids: Ids;
  logger: Logger;
  limits: SwarmLimits;
  /** A template's team, or null. */
  template: (name: string) => Promise<SwarmTeam | null>;
  turns: {
    /** A message and its turn are stored: have it worked on. */
    received: (received: Received) => void;
    open: (groupId?: string) => Promise<Turn[]>;
    stop: (turnId: string) => Promise<unknown>;
  };
  sandboxes: {
    isUp: (memberId: string) => boolean;
    stop: (memberId: string) => Promise<unknown>;
    /** With its volumes and network. */
    forget: (group: { id: string; folder: string }) => Promise<void>;
  };
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  /** Takes known secrets out of a task that is cut for the run's name. */
  redact: (text: string) => string;
  /** Words were stored in a chat: show and deliver them. */
  onSaid: (message: Message) => void;
}
