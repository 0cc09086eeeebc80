/** Makes a wish into the rows of a run, or says in a sentence why there can be none. */
import type { SwarmCreate, SwarmLimits } from "@praktor/protocol/swarm";
import { swarmMemberId } from "@praktor/protocol/subjects";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Group } from "../store/rows.ts";
import type { NewSwarm } from "../store/contract/swarm-store.ts";
import { planSwarm, refused } from "./plan.ts";
import type { SwarmsOptions } from "./swarms-options.ts";

export interface SwarmOrigin {
  groupId?: string | undefined;
  /** Where the answer is to be said. */
  conversationId?: string | null;
}

/** Returns what makes the run under an id: the ids of members begin with it. Rejects with `invalid` or `not_found`. */
export async function newSwarm(
  options: Pick<SwarmsOptions, "store" | "template" | "limits" | "redact">,
  wish: SwarmCreate,
  from: SwarmOrigin,
): Promise<(id: string) => NewSwarm> {
  const { store, template, limits } = options;
  const team = wish.template === undefined ? wish : await template(wish.template);
  if (!team) throw new PraktorError("not_found", `There is no template “${wish.template ?? ""}”.`);
  const plan = planSwarm({
    agents: team.agents ?? [],
    edges: wish.edges ?? team.edges,
    lead: wish.lead ?? team.lead,
  });
  const known = await store.groups.list();
  const asker = askingGroup(known, from.groupId ?? wish.group_id);
  const files = plan.agents.map(({ role, group_folder: folder }) => {
    if (folder === undefined || folder === null) return null;
    const owner = known.find((group) => group.folder === folder);
    if (!owner) throw refused(`“${role}” is to read the folder “${folder}”, but no group has it.`);
    return owner.id;
  });
  return (id) => ({
    id,
    groupId: asker.id,
    conversationId: from.conversationId ?? null,
    name: wish.name ?? clip(wish.task, options.redact),
    task: wish.task,
    ...plan,
    limits: withDefaults(wish.limits ?? {}, limits),
    nodes: plan.agents.map((agent, position) => ({
      role: agent.role,
      memberId: swarmMemberId(id, agent.role),
      prompt: agent.prompt,
      groupFolder: agent.group_folder ?? null,
      filesOf: files[position] ?? null,
      model: agent.model ?? asker.model,
    })),
  });
}

function askingGroup(known: readonly Group[], groupId: string | undefined): Group {
  if (groupId !== undefined) {
    const group = known.find(({ id }) => id === groupId);
    if (group) return group;
    throw new PraktorError("not_found", `There is no group "${groupId}".`);
  }
  const main = known.find(({ isMain }) => isMain) ?? known[0];
  if (main) return main;
  throw refused("A swarm works for a group, and there is none yet: make one first.");
}

function clip(task: string, redact: (text: string) => string): string {
  const line = task.split("\n")[0]?.trim() ?? "";
  // Half of a secret would no longer be known as one.
  return line.length > 60 ? `${redact(line).slice(0, 59).toWellFormed().trimEnd()}…` : line;
}

/** Left out keeps the default; null is a wish. */
function withDefaults(wish: NonNullable<SwarmCreate["limits"]>, defaults: SwarmLimits): SwarmLimits {
  const { node_ms = defaults.node_ms, run_ms = defaults.run_ms } = wish;
  const { tokens = defaults.tokens, cost_usd = defaults.cost_usd } = wish;
  return { node_ms, run_ms, tokens, cost_usd };
}
