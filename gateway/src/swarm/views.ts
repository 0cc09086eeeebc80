/** Rows of swarms as the API and events show them. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { SwarmBoardEntry, SwarmMessageView, SwarmNodeView, SwarmRunView } from "@praktor/protocol/swarm";
import type { SwarmEntry, SwarmMessage, SwarmNode, SwarmRun } from "../store/contract/swarm-store.ts";

export type MemberUsage = ReadonlyMap<string, { tokens: number; costUsd: number }>;

const time = (at: number): string => new Date(at).toISOString();
const timeOrNull = (at: number | null): string | null => (at === null ? null : time(at));

export function nodeView(node: SwarmNode, lead: string, usage: MemberUsage): SwarmNodeView {
  const { tokens = 0, costUsd = 0 } = usage.get(node.memberId) ?? {};
  return {
    role: node.role,
    member_id: node.memberId,
    prompt: node.prompt,
    group_folder: node.groupFolder,
    model: node.model,
    is_lead: node.role === lead,
    state: node.state,
    result: node.result,
    error: node.error,
    conversation_id: node.conversationId,
    turn_id: node.turnId,
    turns: node.turns,
    tokens,
    cost_usd: costUsd,
    started_at: timeOrNull(node.startedAt),
    finished_at: timeOrNull(node.finishedAt),
  };
}

export function nodeEvent(run: Pick<SwarmRun, "id" | "lead">, node: SwarmNode, usage: MemberUsage): PraktorEvent {
  return { type: "swarm_node", swarmId: run.id, node: nodeView(node, run.lead, usage) };
}

export function runView(run: SwarmRun, nodes: readonly SwarmNode[], usage: MemberUsage): SwarmRunView {
  const used = [...usage.values()];
  const results = nodes.flatMap(({ role, state, result }) =>
    state === "succeeded" && result !== null ? [[role, result] as const] : [],
  );
  return {
    id: run.id,
    group_id: run.groupId,
    name: run.name,
    task: run.task,
    status: run.status,
    error: run.error,
    lead: run.lead,
    agents: run.agents,
    edges: run.edges,
    nodes: nodes.map((node) => nodeView(node, run.lead, usage)),
    results: Object.fromEntries(results),
    answer: run.answer,
    limits: run.limits,
    tokens: used.reduce((sum, { tokens }) => sum + tokens, 0),
    cost_usd: used.reduce((sum, { costUsd }) => sum + costUsd, 0),
    started_at: time(run.startedAt),
    completed_at: timeOrNull(run.completedAt),
  };
}

export function swarmMessageView(message: SwarmMessage): SwarmMessageView {
  const { id, runId, sender, recipient, content, createdAt, deliveries } = message;
  return { id, swarm_id: runId, from: sender, to: recipient, text: content, time: time(createdAt), deliveries };
}

export function boardView({ key, value, author, updatedAt }: SwarmEntry): SwarmBoardEntry {
  return { key, value, author, time: time(updatedAt) };
}
