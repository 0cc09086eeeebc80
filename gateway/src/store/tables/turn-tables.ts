/** The tables of turns, and of the sandboxes that work on them. */
import type { Generated } from "kysely";
import type { SandboxRow, TurnErrorCode, TurnState } from "../rows.ts";
import type { Flag, Json } from "./column-types.ts";

export interface TurnTable {
  /** 0: the conversation was given another session while this turn ran in the old one. */
  keeps_session: Generated<0 | 1>;
  /** Order of arrival: two turns of one millisecond, or a clock set back, cannot change it. */
  position: Generated<number>;
  id: string;
  group_id: string;
  conversation_id: string;
  state: TurnState;
  sender: string;
  attempt: Generated<number>;
  tries: Generated<number>;
  lease_epoch: number | null;
  sandbox_generation: number | null;
  accepted_at: number | null;
  interrupted: Generated<Flag>;
  deadline_at: number | null;
  not_before: number | null;
  cancel_requested: Generated<Flag>;
  error_code: TurnErrorCode | null;
  error: string | null;
  queued_at: number;
  started_at: number | null;
  finished_at: number | null;
  usage: Json | null;
}

export interface TurnEventTable {
  id: Generated<number>;
  turn_id: string;
  attempt: number;
  seq: number;
  type: string;
  data: Json;
  created_at: number;
}

/** The sandboxes, under the name that the specification gives them. */
export interface AgentSessionTable {
  id: string;
  group_id: string;
  generation: number;
  container_id: string | null;
  status: SandboxRow["status"];
  token_hash: string;
  nats_user: string | null;
  secrets_outdated: Generated<Flag>;
  started_at: number;
  last_active: number;
  stopped_at: number | null;
  error: string | null;
}
