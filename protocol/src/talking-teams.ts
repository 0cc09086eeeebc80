/** Who talks with whom, also by way of others: they start together and are done together. Pure. */
import type { SwarmEdge } from "./swarm.ts";

/** By role, its team in the order of `roles`; members of one team have the same array. */
export function talkingTeams(roles: readonly string[], edges: readonly SwarmEdge[]): Map<string, string[]> {
  const teams = new Map(roles.map((role) => [role, [role]]));
  for (const { from, to, kind } of edges) {
    const [one, other] = [teams.get(from), teams.get(to)];
    if (kind !== "mutual" || !one || !other || one === other) continue;
    const together = roles.filter((role) => one.includes(role) || other.includes(role));
    for (const role of together) teams.set(role, together);
  }
  return teams;
}
