/** The tables of metered model calls. */
import type { Generated } from "kysely";
import type { Flag } from "./column-types.ts";

export interface ModelCallTable {
  id: Generated<number>;
  group_id: string;
  turn_id: string | null;
  model: string;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  cost_usd: number;
  status: number;
  duration_ms: number;
  at: number;
  charged_group_id: string | null;
  conversation_id: string | null;
  task_id: string | null;
  swarm_id: string | null;
  cache_write_1h_tokens: number;
  /** 0: no price was known, and `cost_usd` says nothing. */
  priced: Flag;
}

/** The calls that were answered, added up. */
export interface UsageDayTable {
  day: string;
  /** The group that is charged. */
  group_id: string;
  model: string;
  calls: number;
  unpriced_calls: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  cost_usd: number;
  counted_usd: number;
}
