/** The tables as the newest migration leaves them, for Kysely. */
import type { Generated } from "kysely";
import type { Address } from "@praktor/protocol/address";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { SwarmNodeState, SwarmStatus } from "@praktor/protocol/swarm";
import type { CatchUp, ContextMode, Overlap, RunState, TaskStatus } from "@praktor/protocol/tasks";
import type { ActorType } from "../kit/audit.ts";
import type {
  Approval,
  ConversationKind,
  GroupKind,
  MessageRole,
  OutboxState,
  SandboxRow,
  TurnErrorCode,
  TurnState,
} from "./rows.ts";

/** SQLite has no boolean. */
type Flag = 0 | 1;
/** Text that holds JSON; parsed with its zod schema where the row is read. */
type Json = string;

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

interface TurnEventTable {
  id: Generated<number>;
  turn_id: string;
  attempt: number;
  seq: number;
  type: string;
  data: Json;
  created_at: number;
}

interface InboxTable {
  source: string;
  update_id: number;
  message_id: number | null;
  received_at: number;
}

interface IdempotencyKeyTable {
  conversation_id: string;
  key: string;
  message_id: number;
  created_at: number;
}

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

interface ChatHoldTable {
  chat_key: string;
  not_before: number;
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
  started_at: number;
  last_active: number;
  stopped_at: number | null;
  error: string | null;
}

interface SettingTable {
  key: string;
  value: string;
}

interface ModelCallTable {
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

export interface ScheduledTaskTable {
  id: string;
  group_id: string;
  name: string;
  schedule: Json;
  timezone: string;
  prompt: string;
  context_mode: ContextMode;
  status: TaskStatus;
  overlap: Overlap;
  catch_up: CatchUp;
  grace_ms: number;
  model: string | null;
  max_turns: number | null;
  max_duration_ms: number | null;
  max_cost_usd: number | null;
  pre_check: string | null;
  own_sandbox: Generated<Flag>;
  may_manage_tasks: Flag;
  request_key: string | null;
  anchor_at: number;
  next_run_at: number | null;
  last_run_at: number | null;
  last_status: RunState | null;
  last_error: string | null;
  failures_in_row: Generated<number>;
  created_at: number;
  updated_at: number;
}

export interface TaskRunTable {
  id: string;
  task_id: string;
  group_id: string;
  scheduled_for: number;
  trigger: "schedule" | "manual";
  state: RunState;
  tries: Generated<number>;
  error: string | null;
  conversation_id: string | null;
  turn_id: string | null;
  /** The answer, or the word about the failure, in the group's chat. */
  message_id: number | null;
  check_output: string | null;
  claimed_at: number;
  started_at: number | null;
  finished_at: number | null;
}

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

interface SwarmMessageTable {
  id: Generated<number>;
  run_id: string;
  sender: string;
  recipient: string | null;
  content: string;
  key: string;
  created_at: number;
}

interface SwarmDeliveryTable {
  message_id: number;
  run_id: string;
  recipient: string;
  state: "waiting" | "delivered" | "missed";
}

interface SwarmBoardTable {
  run_id: string;
  key: string;
  value: string;
  author: string;
  updated_at: number;
}

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

interface ApprovalRuleTable {
  group_id: string;
  tools: Json;
}

interface HealthProbeTable {
  id: Generated<number>;
  checked_at: number;
  filler: Uint8Array;
}

/** One row, but for the moment of a change. */
interface VaultKeyTable {
  id: string;
  kind: "passphrase" | "file";
  salt: Uint8Array | null;
  sealed_check: string;
  created_at: number;
}

interface SecretTable {
  name: string;
  key_id: string;
  sealed: string;
  created_at: number;
  updated_at: number;
}

interface SecretAssignmentTable {
  secret_name: string;
  group_id: string;
  delivery: "env" | "file";
  target: string;
  created_at: number;
}

interface AuditTable {
  id: Generated<number>;
  at: number;
  actor_type: ActorType;
  actor: string;
  action: string;
  outcome: "ok" | "refused" | "failed";
  group_id: string | null;
  target: string | null;
  detail: string | null;
}

export interface Schema {
  groups: GroupTable;
  conversations: ConversationTable;
  messages: MessageTable;
  turns: TurnTable;
  turn_events: TurnEventTable;
  inbox: InboxTable;
  idempotency_keys: IdempotencyKeyTable;
  outbox: OutboxTable;
  chat_holds: ChatHoldTable;
  agent_sessions: AgentSessionTable;
  settings: SettingTable;
  model_calls: ModelCallTable;
  usage_days: UsageDayTable;
  scheduled_tasks: ScheduledTaskTable;
  task_runs: TaskRunTable;
  vault_keys: VaultKeyTable;
  secrets: SecretTable;
  secret_assignments: SecretAssignmentTable;
  audit: AuditTable;
  swarm_runs: SwarmRunTable;
  swarm_nodes: SwarmNodeTable;
  swarm_messages: SwarmMessageTable;
  swarm_deliveries: SwarmDeliveryTable;
  swarm_board: SwarmBoardTable;
  approvals: ApprovalTable;
  approval_rules: ApprovalRuleTable;
  health_probe: HealthProbeTable;
}
