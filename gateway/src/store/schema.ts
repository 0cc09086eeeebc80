/** The tables as the newest migration leaves them, for Kysely. */
import type { Generated } from "kysely";
import type { ActorType } from "../kit/audit.ts";
import type { ApprovalRuleTable, ApprovalTable } from "./tables/approval-tables.ts";
import type {
  ConversationTable,
  GroupTable,
  IdempotencyKeyTable,
  InboxTable,
  MessageTable,
} from "./tables/chat-tables.ts";
import type { ChatHoldTable, OutboxTable } from "./tables/outbox-tables.ts";
import type {
  SwarmBoardTable,
  SwarmDeliveryTable,
  SwarmMessageTable,
  SwarmNodeTable,
  SwarmRunTable,
} from "./tables/swarm-tables.ts";
import type { ScheduledTaskTable, TaskRunTable } from "./tables/task-tables.ts";
import type { AgentSessionTable, TurnEventTable, TurnTable } from "./tables/turn-tables.ts";
import type { ModelCallTable, UsageDayTable } from "./tables/usage-tables.ts";
import type {
  OlderSecretTable,
  SecretAssignmentTable,
  SecretTable,
  TakenSecretTable,
  VaultKeyTable,
} from "./tables/vault-tables.ts";

interface SettingTable {
  key: string;
  value: string;
}

interface HealthProbeTable {
  id: Generated<number>;
  checked_at: number;
  filler: Uint8Array;
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
  older_secrets: OlderSecretTable;
  taken_secrets: TakenSecretTable;
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
