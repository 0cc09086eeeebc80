/** The tables of swarms' runs, their members and what these say to each other. */
import type { SwarmNodeState, SwarmStatus } from "@praktor/protocol/swarm";
import type { Generated } from "kysely";
import type { Json } from "./column-types.ts";

export interface SwarmRunTable {
  id: string;
  group_id: string;
  conversation_id: string | null;
  name: string;
  task: string;
  status: SwarmStatus;
  error: string | null;
  agents: Json;
  edges: Json;
  lead: string;
  limits: Json;
  progress_message_id: number | null;
  results: string | null;
  started_at: number;
  completed_at: number | null;
}

export interface SwarmNodeTable {
  run_id: string;
  role: string;
  position: number;
  member_id: string;
  prompt: string;
  group_folder: string | null;
  model: string | null;
  state: SwarmNodeState;
  result: string | null;
  error: string | null;
  conversation_id: string | null;
  turn_id: string | null;
  turns: Generated<number>;
  started_at: number | null;
  finished_at: number | null;
}

export interface SwarmMessageTable {
  id: Generated<number>;
  run_id: string;
  sender: string;
  recipient: string | null;
  content: string;
  key: string;
  created_at: number;
}

export interface SwarmDeliveryTable {
  message_id: number;
  run_id: string;
  recipient: string;
  state: "waiting" | "delivered" | "missed";
}

export interface SwarmBoardTable {
  run_id: string;
  key: string;
  value: string;
  author: string;
  updated_at: number;
}
