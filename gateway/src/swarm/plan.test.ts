import type { SwarmEdge } from "@praktor/protocol/swarm";
import { talkingTeams } from "@praktor/protocol/talking-teams";
import { mostAgents, roleName, type SwarmPlan } from "@praktor/protocol/team-plan";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import { planSwarm } from "./plan.ts";
import { readyRoles } from "./ready-roles.ts";

const roles = ["a", "b", "c", "d", "e", "f", "g"];
const teamOf = (names: readonly string[]) => names.map((role) => ({ role, prompt: "" }));
const edge = fc.record({
  from: fc.constantFrom(...roles),
  to: fc.constantFrom(...roles),
  kind: fc.constantFrom<SwarmEdge["kind"]>("directed", "directed", "mutual"),
});
const wish = fc.record({
  agents: fc.constant(teamOf(roles)),
  edges: fc.array(edge, { maxLength: 9 }),
  lead: fc.option(fc.constantFrom(...roles), { nil: undefined }),
});

/** Runs a plan with members that end in any order; returns the order of starts, each with who was done then. */
function play(plan: SwarmPlan, pick: (open: readonly string[]) => string): { role: string; done: Set<string> }[] {
  const names = plan.agents.map(({ role }) => role);
  const teams = talkingTeams(names, plan.edges);
  const done = new Set<string>();
  const waiting = new Set(names);
  const running = new Set<string>();
  const starts: { role: string; done: Set<string> }[] = [];
  for (let step = 0; step <= names.length * 2; step += 1) {
    for (const role of readyRoles(plan, done, waiting)) {
      starts.push({ role, done: new Set(done) });
      waiting.delete(role);
      running.add(role);
    }
    if (running.size === 0) return starts;
    // A team that talks is done together.
    for (const role of teams.get(pick([...running])) ?? []) {
      running.delete(role);
      done.add(role);
    }
  }
  throw new Error("it does not come to an end");
}

function planned(team: Parameters<typeof planSwarm>[0]): SwarmPlan | PraktorError {
  try {
    return planSwarm(team);
  } catch (error) {
    if (error instanceof PraktorError) return error;
    throw error;
  }
}

describe("a plan", () => {
  test("is refused with a sentence, or everyone starts exactly once, after whom they wait for, with whom they talk, the lead last", () => {
    let accepted = 0;
    fc.assert(
      fc.property(wish, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (team, picks) => {
        const plan = planned(team);
        if (plan instanceof PraktorError) {
          if (plan.code !== "invalid" || !/“|circle/.test(plan.message)) throw plan;
          return;
        }
        accepted += 1;
        let turn = 0;
        const starts = play(plan, (open) => open[(picks[turn++ % picks.length] ?? 0) % open.length] ?? "");
        expect(starts.map(({ role }) => role).toSorted()).toEqual(plan.agents.map(({ role }) => role).toSorted());
        const startOf = new Map(starts.map((start) => [start.role, start]));
        const kept = plan.edges.map(({ from, to, kind }) =>
          kind === "directed"
            ? startOf.get(to)?.done.has(from)
            : [...(startOf.get(to)?.done ?? [])].join() === [...(startOf.get(from)?.done ?? [])].join(),
        );
        expect(kept).toEqual(plan.edges.map(() => true));
        expect(startOf.get(plan.lead)?.done.size).toBe(plan.agents.length - 1);
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test("that has a circle of directed edges is never accepted", () => {
    const cycle = fc.uniqueArray(fc.constantFrom(...roles), { minLength: 2 });
    fc.assert(
      fc.property(cycle, fc.array(edge, { maxLength: 4 }), (names, others) => {
        const edges = names.map((from, index) => ({
          from,
          to: names[(index + 1) % names.length] ?? "",
          kind: "directed" as const,
        }));
        expect(() => planSwarm({ agents: teamOf(roles), edges: [...edges, ...others] })).toThrow(PraktorError);
      }),
    );
  });

  test("names what is wrong", () => {
    const refusal = (team: Parameters<typeof planSwarm>[0]): string => {
      try {
        planSwarm(team);
      } catch (error) {
        if (error instanceof PraktorError) return error.message;
      }
      return "accepted";
    };
    const agents = teamOf(["a", "b", "c"]);
    const then = (from: string, to: string): SwarmEdge => ({ from, to, kind: "directed" });
    const talk = (from: string, to: string): SwarmEdge => ({ from, to, kind: "mutual" });
    expect(refusal({ agents: [] })).toContain("at least one");
    const many = (count: number) => teamOf(Array.from({ length: count }, (_, index) => `r${index}`));
    expect(refusal({ agents: many(mostAgents + 1) })).toContain("at most 20 members; these are 21");
    expect(refusal({ agents: many(mostAgents) })).toBe("accepted");
    expect(refusal({ agents: teamOf(["Fact Checker", "fact-checker"]) })).toContain(
      "Two members have the role “fact-checker”",
    );
    expect(refusal({ agents: teamOf(["!!"]) })).toContain("needs letters or digits");
    expect(refusal({ agents, edges: [then("a", "x")] })).toContain(
      "“x”, but no member has that role. There are: a, b, c.",
    );
    expect(refusal({ agents, edges: [then("a", "a")] })).toContain("to itself");
    expect(refusal({ agents, edges: [then("a", "b"), then("b", "c"), then("c", "a")] })).toContain("a → b → c → a");
    expect(refusal({ agents, edges: [talk("a", "b"), then("a", "b")] })).toContain("talk while they work");
    expect(refusal({ agents, edges: [talk("a", "b"), then("b", "c"), then("c", "a")] })).toContain("circle");
    expect(refusal({ agents, edges: [talk("a", "c")], lead: "c" })).toContain("cannot talk with “a”");
    expect(refusal({ agents, edges: [then("c", "a")], lead: "c" })).toContain("waits for the lead");
  });

  test("has the end of a pipeline as its lead, the one that is named, or one that is added", () => {
    const agents = teamOf(["a", "b", "c"]);
    const then = (from: string, to: string): SwarmEdge => ({ from, to, kind: "directed" });
    expect(planSwarm({ agents, edges: [then("a", "b"), then("b", "c")] }).lead).toBe("c");
    expect(planSwarm({ agents, edges: [then("a", "b")] })).toMatchObject({ lead: "lead" });
    expect(planSwarm({ agents }).agents.map(({ role }) => role)).toEqual(["a", "b", "c", "lead"]);
    expect(planSwarm({ agents, lead: "B" }).lead).toBe("b");
    expect(planSwarm({ agents: teamOf(["solo"]) })).toMatchObject({ lead: "solo", agents: [{ role: "solo" }] });
    expect(roleName("  Ärztin & Co ")).toBe("arztin-co");
  });
});
