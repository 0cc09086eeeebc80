/** The tables of questions to people. */
import type { Approval } from "../rows.ts";
import type { Json } from "./column-types.ts";

export interface ApprovalTable {
  id: string;
  group_id: string;
  conversation_id: string;
  turn_id: string | null;
  key: string;
  question: string;
  choices: Json;
  state: Approval["state"];
  choice: string | null;
  answered_by: string | null;
  message_id: number;
  expires_at: number;
  created_at: number;
  settled_at: number | null;
}

export interface ApprovalRuleTable {
  group_id: string;
  tools: Json;
}
