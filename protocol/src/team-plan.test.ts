import { expect, test } from "vitest";
import type { SwarmEdge } from "./swarm.ts";
import { mostAgents, planTeam, TeamRefusal, type RefusedPlace, type SwarmTeamWish } from "./team-plan.ts";

const agents = (...roles: string[]) => roles.map((role) => ({ role, prompt: "" }));
const then = (from: string, to: string): SwarmEdge => ({ from, to, kind: "directed" });
const talk = (from: string, to: string): SwarmEdge => ({ from, to, kind: "mutual" });
const refusedAt = (wish: SwarmTeamWish): RefusedPlace | null => {
  try {
    planTeam(wish);
    return null;
  } catch (error) {
    if (error instanceof TeamRefusal) return error.at;
    throw error;
  }
};

test.each<[string, SwarmTeamWish, RefusedPlace | null]>([
  ["nobody", { agents: [] }, { type: "team" }],
  ["too many", { agents: agents(...Array.from({ length: mostAgents + 1 }, (_, at) => `r${at}`)) }, { type: "team" }],
  ["the second of a doubled role", { agents: agents("a", "b", "A") }, { type: "agent", index: 2 }],
  ["a role without letters", { agents: agents("a", "!") }, { type: "agent", index: 1 }],
  ["a lead that is not there", { agents: agents("a"), lead: "x" }, { type: "lead" }],
  [
    "all along a circle, partners of those who wait too",
    { agents: agents("a", "b", "c", "d"), edges: [talk("a", "b"), then("b", "c"), then("c", "a"), then("c", "d")] },
    { type: "edges", roles: ["a", "b", "c"] },
  ],
  [
    "an edge from the lead",
    { agents: agents("a", "b", "c"), edges: [then("b", "a"), then("c", "b")], lead: "c" },
    { type: "edges", roles: ["c", "b"] },
  ],
  ["nothing", { agents: agents("a", "b"), edges: [then("a", "b")] }, null],
])("a refusal says where: %s", (_, wish, place) => {
  expect(refusedAt(wish)).toEqual(place);
});
