/** Which members of a swarm can start now. Pure. */
import { talkingTeams } from "@praktor/protocol/talking-teams";
import type { SwarmPlan } from "@praktor/protocol/team-plan";

/** `done`: whose result, or failure, is final. `waiting`: who has not started. In the plan's order. */
export function readyRoles(plan: SwarmPlan, done: ReadonlySet<string>, waiting: ReadonlySet<string>): string[] {
  const roles = plan.agents.map(({ role }) => role);
  const teams = talkingTeams(roles, plan.edges);
  const others = roles.filter((role) => role !== plan.lead);
  return roles.filter((role) => {
    if (!waiting.has(role)) return false;
    if (role === plan.lead) return others.every((other) => done.has(other));
    const team = teams.get(role) ?? [role];
    return plan.edges
      .filter(({ kind, to }) => kind === "directed" && team.includes(to))
      .every(({ from }) => done.has(from));
  });
}
