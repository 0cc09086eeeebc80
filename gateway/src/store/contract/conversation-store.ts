/** What the store promises about conversations and their sessions. */
import type { Address } from "@praktor/protocol/address";
import type { Conversation, ConversationKind } from "../rows.ts";

export interface ConversationStore {
  get(id: string): Promise<Conversation | null>;
  /** Without the ones of tasks' runs, of which there are many. */
  list(groupId: string): Promise<Conversation[]>;
  /**
   * The conversation of a group at an address (the group's page, a chat, a topic); made on first use. A `task_run` or `member`, and
   * whatever has no address, is made anew by each call. A Telegram chat or topic belongs to one group: another's rejects with `address_taken`.
   */
  ensure(group: { groupId: string; kind: ConversationKind; address: Address; title: string }): Promise<Conversation>;
  /** The conversation at an address, whatever its group: how a Telegram chat finds its group. Null for `web` and `none`, which name no single one. */
  byAddress(address: Address): Promise<Conversation | null>;
  /** What a turn that runs now reports of its session is then ignored: a fresh one stays fresh. */
  setSession(id: string, sessionId: string | null): Promise<void>;
}
