/** Rows of swarms as the rest of the gateway sees them. */
import { SwarmAgent, SwarmEdge, SwarmLimits } from "@praktor/protocol/swarm";
import type { Selectable } from "kysely";
import { z } from "zod";
import type { Queries } from "./database.ts";
import type { SwarmNodeTable, SwarmRunTable } from "./tables/swarm-tables.ts";
import type { SwarmMessage, SwarmNode, SwarmRun } from "./contract/swarm-store.ts";

const Agents = z.array(SwarmAgent);
const Edges = z.array(SwarmEdge);

export function toSwarmRun(row: Selectable<SwarmRunTable>): SwarmRun {
  return {
    id: row.id,
    groupId: row.group_id,
    conversationId: row.conversation_id,
    name: row.name,
    task: row.task,
    status: row.status,
    error: row.error,
    agents: Agents.parse(JSON.parse(row.agents)),
    edges: Edges.parse(JSON.parse(row.edges)),
    lead: row.lead,
    limits: SwarmLimits.parse(JSON.parse(row.limits)),
    answer: row.results,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  };
}

export function toSwarmNode(row: Selectable<SwarmNodeTable>): SwarmNode {
  return {
    runId: row.run_id,
    role: row.role,
    position: row.position,
    memberId: row.member_id,
    prompt: row.prompt,
    groupFolder: row.group_folder,
    model: row.model,
    state: row.state,
    result: row.result,
    error: row.error,
    conversationId: row.conversation_id,
    turnId: row.turn_id,
    turns: row.turns,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

/** Oldest first, each with what became of it. */
export async function swarmMessages(
  queries: Queries,
  runId: string,
  query: { id?: number; after?: number; limit?: number },
): Promise<SwarmMessage[]> {
  let select = queries.selectFrom("swarm_messages").selectAll().where("run_id", "=", runId);
  if (query.id !== undefined) select = select.where("id", "=", query.id);
  if (query.after !== undefined) select = select.where("id", ">", query.after);
  const rows = await select
    .orderBy("id")
    .limit(query.limit ?? 1_000)
    .execute();
  const deliveries = await queries
    .selectFrom("swarm_deliveries")
    .select(["message_id", "recipient", "state"])
    .where("run_id", "=", runId)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    runId: row.run_id,
    sender: row.sender,
    recipient: row.recipient,
    content: row.content,
    createdAt: row.created_at,
    deliveries: deliveries
      .filter((delivery) => delivery.message_id === row.id)
      .map(({ recipient, state }) => ({ to: recipient, state })),
  }));
}
