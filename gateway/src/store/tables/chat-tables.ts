/** The tables of groups, their conversations and what is said there. */
import type { Address } from "@praktor/protocol/address";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { Generated } from "kysely";
import type { ConversationKind, GroupKind, MessageRole } from "../rows.ts";
import type { Flag, Json } from "./column-types.ts";

export interface GroupTable {
  id: string;
  name: string;
  folder: string;
  is_main: Flag;
  model: string | null;
  created_at: number;
  own_budget: Generated<Flag>;
  /** With `own_budget`: dollars a day, null for no limit. */
  budget_day_usd: number | null;
  message_count: Generated<number>;
  last_active_at: number | null;
  kind: Generated<GroupKind>;
  parent_id: string | null;
  files_of: string | null;
  swarm_id: string | null;
  network: NetworkPolicy | null;
  network_allow: Generated<Json>;
  approval_hosts: Generated<Json>;
}

export interface ConversationTable {
  id: string;
  group_id: string;
  channel: Address["channel"];
  address: Json;
  /** What of the address is unique; null where each conversation is its own place. */
  place: string | null;
  kind: ConversationKind;
  title: string;
  session_id: string | null;
  created_at: number;
}

export interface MessageTable {
  id: Generated<number>;
  group_id: string;
  conversation_id: string;
  turn_id: string | null;
  role: MessageRole;
  sender: string;
  content: string;
  metadata: Json;
  created_at: number;
}

export interface InboxTable {
  source: string;
  update_id: number;
  message_id: number | null;
  received_at: number;
}

export interface IdempotencyKeyTable {
  conversation_id: string;
  key: string;
  message_id: number;
  created_at: number;
}
