/** Makes the team that people ask for into a plan that can run, or says in a sentence why it cannot: the gateway before a run, the page while it is put together. Pure. */
import { findCycle } from "./find-cycle.ts";
import type { SwarmAgent, SwarmEdge } from "./swarm.ts";
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

/** What of the wish is to be changed. `roles` of edges are canonical: all along a circle, or the two ends. */
export type RefusedPlace =
  | { type: "team" }
  | { type: "agent"; index: number }
  | { type: "edges"; roles: readonly string[] }
  | { type: "lead" };

/** The message is a sentence for the person who made the wish. */
export class TeamRefusal extends Error {
  override readonly name = "TeamRefusal";
  readonly at: RefusedPlace;

  constructor(message: string, at: RefusedPlace) {
    super(message);
    this.at = at;
  }
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

/** Throws `TeamRefusal` with the first thing that is wrong. */
export function planTeam(wish: SwarmTeamWish): SwarmPlan {
  if (wish.agents.length === 0) throw new TeamRefusal("A swarm needs at least one member.", { type: "team" });
  if (wish.agents.length > mostAgents) {
    throw new TeamRefusal(`A swarm has at most ${mostAgents} members; these are ${wish.agents.length}.`, {
      type: "team",
    });
  }
  const agents = wish.agents.map((agent, index) => ({ ...agent, role: requiredRole(agent.role, index) }));
  const roles = new Set<string>();
  for (const [index, { role }] of agents.entries()) {
    if (roles.has(role)) {
      throw new TeamRefusal(`Two members have the role “${role}”; each needs its own.`, { type: "agent", index });
    }
    roles.add(role);
  }
  const known = (text: string, where: string, at: RefusedPlace): string => {
    const role = roleName(text);
    if (role !== null && roles.has(role)) return role;
    const message = `${where} names “${text}”, but no member has that role. There are: ${[...roles].join(", ")}.`;
    throw new TeamRefusal(message, at);
  };
  const end = (text: string): string => known(text, "An edge", { type: "edges", roles: [] });
  const edges = withoutRepeats(
    (wish.edges ?? []).map((edge) => ({
      ...edge,
      from: end(edge.from),
      to: end(edge.to),
    })),
  );
  for (const { from, to } of edges) {
    if (from === to) throw refusedEdge(`“${from}” cannot have an edge to itself.`, from, to);
  }
  const named = wish.lead === undefined ? null : known(wish.lead, "The lead", { type: "lead" });
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
      throw refusedEdge(
        `The lead “${lead}” works when all others are done, so it cannot talk with “${other}”.`,
        from,
        to,
      );
    }
    if (kind === "directed" && from === lead) {
      throw refusedEdge(`“${to}” waits for the lead “${lead}”, which works when all others are done.`, from, to);
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
    throw refusedEdge(
      `“${inside.to}” waits for “${inside.from}”, but the two are to talk while they work (${name(inside.from)}).`,
      inside.from,
      inside.to,
    );
  }
  const cycle = findCycle(waits);
  if (cycle) {
    throw new TeamRefusal(`These wait for each other in a circle, so none could start: ${cycle.join(" → ")}.`, {
      type: "edges",
      roles: agents.map(({ role }) => role).filter((role) => cycle.includes(name(role))),
    });
  }
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

function requiredRole(text: string, index: number): string {
  const role = roleName(text);
  if (role !== null) return role;
  throw new TeamRefusal(`“${text}” cannot name a member: it needs letters or digits.`, { type: "agent", index });
}

function refusedEdge(message: string, from: string, to: string): TeamRefusal {
  return new TeamRefusal(message, { type: "edges", roles: [from, to] });
}
