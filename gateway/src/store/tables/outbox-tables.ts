/** The tables of what is to be sent. */
import type { Address } from "@praktor/protocol/address";
import type { Generated } from "kysely";
import type { OutboxState } from "../rows.ts";
import type { Flag, Json } from "./column-types.ts";

export interface OutboxTable {
  id: Generated<number>;
  conversation_id: string | null;
  group_id: string | null;
  message_id: number | null;
  channel: Address["channel"];
  chat_key: string;
  address: Json;
  part: number;
  body: Json;
  edit_of: string | null;
  state: OutboxState;
  attempts: Generated<number>;
  not_before: Generated<number>;
  external_id: string | null;
  repeated: Generated<Flag>;
  error: string | null;
  created_at: number;
  sent_at: number | null;
}

export interface ChatHoldTable {
  chat_key: string;
  not_before: number;
}
