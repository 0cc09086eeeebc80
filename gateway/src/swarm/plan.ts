/** Makes what people ask for into a plan that can run, or says in a sentence why it cannot. Pure. */
import type { SwarmAgent, SwarmEdge } from "@praktor/protocol/swarm";
import { PraktorError } from "../kit/praktor-error.ts";
import { findCycle } from "./find-cycle.ts";
import { talkingTeams } from "./talking-teams.ts";

export const mostAgents = 20;
/** The role of the member that Praktor adds where nobody was named to write the answer. */
const addedLead = "lead";

export interface SwarmTeamWish {
  agents: readonly SwarmAgent[];
  edges?: readonly SwarmEdge[] | undefined;
  lead?: string | undefined;
}

/** Roles are in their canonical form everywhere, each agent has its own, the lead is one of them. */
export interface SwarmPlan {
  agents: SwarmAgent[];
  edges: SwarmEdge[];
  lead: string;
}

/** `Fact checker` → `fact-checker`. Null where nothing is left that could name a member. */
export function roleName(text: string): string | null {
  const name = text
    .trim()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .slice(0, 32)
    .replace(/^[-_]+|[-_]+$/g, "");
  return name === "" ? null : name;
}

/** Rejects with `invalid` and what is wrong. */
export function planSwarm(wish: SwarmTeamWish): SwarmPlan {
  if (wish.agents.length === 0) throw refused("A swarm needs at least one agent.");
  if (wish.agents.length > mostAgents) {
    throw refused(`A swarm has at most ${mostAgents} agents; these are ${wish.agents.length}.`);
  }
  const agents = wish.agents.map((agent) => ({ ...agent, role: requiredRole(agent.role) }));
  const roles = new Set<string>();
  for (const { role } of agents) {
    if (roles.has(role)) throw refused(`Two agents have the role “${role}”; each needs its own.`);
    roles.add(role);
  }
  const known = (text: string, where: string): string => {
    const role = roleName(text);
    if (role !== null && roles.has(role)) return role;
    throw refused(`${where} names “${text}”, but no agent has that role. There are: ${[...roles].join(", ")}.`);
  };
  const edges = withoutRepeats(
    (wish.edges ?? []).map((edge) => ({
      ...edge,
      from: known(edge.from, "An edge"),
      to: known(edge.to, "An edge"),
    })),
  );
  for (const { from, to } of edges) {
    if (from === to) throw refused(`“${from}” cannot have an edge to itself.`);
  }
  const named = wish.lead === undefined ? null : known(wish.lead, "The lead");
  const lead = named ?? lastOfAll(agents, edges) ?? addLead(agents, roles);
  refuseImpossible(agents, edges, lead);
  return { agents, edges, lead };
}

/** Where all lead to one in the end, that one writes the answer. */
function lastOfAll(agents: readonly SwarmAgent[], edges: readonly SwarmEdge[]): string | null {
  const [only] = agents;
  if (agents.length === 1) return only?.role ?? null;
  if (edges.some(({ kind }) => kind === "mutual")) return null;
  const ends = agents.filter(({ role }) => !edges.some(({ from }) => from === role));
  const isAlone = (role: string): boolean => !edges.some(({ from, to }) => from === role || to === role);
  const [end] = ends;
  return ends.length === 1 && end !== undefined && !isAlone(end.role) ? end.role : null;
}

function addLead(agents: SwarmAgent[], roles: ReadonlySet<string>): string {
  if (roles.has(addedLead)) return addedLead;
  agents.push({ role: addedLead, prompt: "" });
  return addedLead;
}

function refuseImpossible(agents: readonly SwarmAgent[], edges: readonly SwarmEdge[], lead: string): void {
  for (const { from, to, kind } of edges) {
    if (kind === "mutual" && (from === lead || to === lead)) {
      const other = from === lead ? to : from;
      throw refused(`The lead “${lead}” works when all others are done, so it cannot talk with “${other}”.`);
    }
    if (kind === "directed" && from === lead) {
      throw refused(`“${to}” waits for the lead “${lead}”, which works when all others are done.`);
    }
  }
  const teamOf = talkingTeams(
    agents.map(({ role }) => role),
    edges,
  );
  const name = (role: string): string => teamOf.get(role)?.join("+") ?? role;
  const waits = edges
    .filter(({ kind }) => kind === "directed")
    .map(({ from, to }) => ({ from: name(from), to: name(to) }));
  const inside = edges.find(({ from, to, kind }) => kind === "directed" && teamOf.get(from) === teamOf.get(to));
  if (inside) {
    throw refused(
      `“${inside.to}” waits for “${inside.from}”, but the two are to talk while they work (${name(inside.from)}).`,
    );
  }
  const cycle = findCycle(waits);
  if (cycle) throw refused(`These wait for each other in a circle, so none could start: ${cycle.join(" → ")}.`);
}

function withoutRepeats(edges: readonly SwarmEdge[]): SwarmEdge[] {
  const seen = new Map<string, SwarmEdge>();
  for (const edge of edges) {
    const ends = edge.kind === "mutual" ? [edge.from, edge.to].toSorted() : [edge.from, edge.to];
    const key = `${edge.kind} ${ends.join(" ")}`;
    if (!seen.has(key)) seen.set(key, edge);
  }
  return [...seen.values()];
}

function requiredRole(text: string): string {
  const role = roleName(text);
  if (role === null) throw refused(`“${text}” cannot name an agent: it needs letters or digits.`);
  return role;
}

export function refused(message: string): PraktorError<"invalid"> {
  return new PraktorError("invalid", message);
}
