import type { SwarmMessageView, SwarmNodeView, SwarmRunView } from "@praktor/protocol/swarm";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { en } from "../text/en.ts";
import { addsLead, draftPlan, leaderOf, refusalOf, refusesEdge } from "./draft-plan.ts";
import { layout } from "./layout.ts";
import { flightsOn, hears, linesOf, toAllBy } from "./lines.ts";
import { NO_LIMITS, readLimits } from "./limit-draft.ts";
import { runAt } from "./run-at.ts";
import { sidesOf } from "./sides.ts";
import {
  changeMember,
  type DraftEdge,
  EMPTY_TEAM,
  fromTeam,
  type TeamDraft,
  toTeam,
  withEdge,
  withMember,
  withoutEdge,
  withoutMember,
} from "./team-draft.ts";

import { wishWords } from "./wish-words.ts";

const team = (...roles: string[]): TeamDraft => roles.reduce((made, role) => withMember(made, role, role), EMPTY_TEAM);
const edge = (from: string, to: string, kind: DraftEdge["kind"] = "directed"): DraftEdge => ({ from, to, kind });

test("a role may be typed anew without losing its edges", () => {
  const made = changeMember(withEdge(team("a", "b"), edge("a", "b")), "a", { role: "Author" });
  expect(toTeam(made).edges).toEqual([{ from: "Author", to: "b", kind: "directed" }]);
});

test("two members have one edge, and who goes takes it along", () => {
  const twice = withEdge(withEdge(team("a", "b"), edge("a", "b")), edge("b", "a", "mutual"));
  expect(twice.edges).toEqual([edge("b", "a", "mutual")]);
  expect(withoutEdge(twice, edge("a", "b")).edges).toEqual([]);
  expect(withEdge(twice, edge("a", "a"))).toBe(twice);
  expect(withoutMember({ ...twice, lead: "b" }, "b")).toMatchObject({ edges: [], lead: null });
});

const placeOfRefusal = (made: TeamDraft) => {
  const plan = draftPlan(made, "unnamed");
  return plan.type === "refused" ? plan.at : null;
};

test("a team that could not start is refused while it is put together, at the member or the edges", () => {
  const circle = withEdge(withEdge(withEdge(team("a", "b", "c"), edge("a", "b")), edge("b", "c")), edge("c", "a"));
  expect(placeOfRefusal(circle)).toEqual({ type: "edges", keys: ["a", "b", "c"] });
  const plan = draftPlan(withMember(withEdge(circle, edge("a", "d")), "d", "d"), "unnamed");
  expect(circle.edges.map((one) => refusesEdge(plan, one))).toEqual([true, true, true]);
  expect(refusesEdge(plan, edge("a", "d"))).toBe(false);
  expect(placeOfRefusal(team("a", "A"))).toEqual({ type: "member", key: "A" });
  expect(refusalOf(draftPlan(team("a", "A"), "unnamed"), "A")).toContain("Two members have the role “a”");
  expect(placeOfRefusal(EMPTY_TEAM)).toEqual({ type: "team" });
  expect(placeOfRefusal(team(...Array.from({ length: 21 }, (_, index) => `r${index}`)))).toEqual({ type: "team" });
});

test("who has no role yet is nobody's fault: the rest is judged, and the lead is found", () => {
  const made = withMember(withMember(withEdge(team("a", "b"), edge("a", "b")), "x"), "y");
  expect(draftPlan(made, "unnamed")).toEqual({ type: "plan", lead: null });
  expect(draftPlan(withEdge(team("a", "b"), edge("a", "b")), "unnamed")).toEqual({ type: "plan", lead: "b" });
});

test("who leads is named, found, or nobody yet: then one is added", () => {
  const lead = (made: TeamDraft) => {
    const plan = draftPlan(made, "unnamed");
    return [leaderOf(made, plan), addsLead(plan)];
  };
  expect(lead(team("a"))).toEqual([null, false]);
  expect(lead(team("a", "b"))).toEqual([null, true]);
  expect(lead(withEdge(team("a", "b"), edge("a", "b")))).toEqual(["b", false]);
  expect(lead({ ...team("a", "b"), lead: "a" })).toEqual(["a", false]);
  expect(lead(team("a", "A"))).toEqual([null, false]);
});

test("a refusal speaks of members and fields as the form does", () => {
  const faults = [
    { field: "agents.0.prompt", message: "must have at most 50000 characters" },
    { field: "agents.1.role", message: "must not be empty" },
    { field: "limits.cost_usd", message: "must be more than 0" },
    { field: "task", message: "must not be empty" },
    { field: "template", message: "is unknown" },
  ];
  expect(wishWords(faults, ["Ada", " "])).toBe(
    "Ada: what it is to do must have at most 50000 characters; Member 2: the role must not be empty; The cost must be more than 0; The task must not be empty; The swarm is unknown.",
  );
});

test("limits are read as typed, and what says nothing sensible is named", () => {
  expect(readLimits(NO_LIMITS)).toEqual({ limits: {}, wrong: [] });
  expect(readLimits({ cost: " 2.50 ", run: "90", node: "", tokens: "1000000" })).toEqual({
    limits: { cost_usd: 2.5, run_ms: 5_400_000, tokens: 1_000_000 },
    wrong: [],
  });
  expect(readLimits({ cost: "0", run: "1.5", node: "1441", tokens: "1e6" }).wrong).toEqual([
    "cost",
    "run",
    "node",
    "tokens",
  ]);
});

test("what the gateway takes at most is taken, and a minute more is not", () => {
  expect(readLimits({ ...NO_LIMITS, run: "10080", node: "1440" }).wrong).toEqual([]);
  expect(readLimits({ ...NO_LIMITS, run: "10081", node: "1441" }).wrong).toEqual(["run", "node"]);
  expect(en.swarmForm.limits.wrong).toMatchObject({
    run: "Give 1 to 10,080 whole minutes.",
    node: "Give 1 to 1,440 whole minutes.",
  });
});

test("between two members is one line: their edge, or that they wrote; what goes to all is on no line", () => {
  const said = [message(1, "b", "a", 1), message(2, "a", "c", 2), message(3, "c", "a", 3), message(4, "a", null, 4)];
  expect(linesOf([edge("a", "b")], said)).toEqual([
    { ...edge("a", "b"), count: 1 },
    { from: "a", to: "c", kind: "said", count: 2 },
  ]);
  expect(toAllBy("a", said)).toBe(1);
});

test("a message travels on its line in its direction; one to all on every line of its sender, and everybody hears it", () => {
  const said = [message(1, "b", "a", 1), message(2, "a", null, 2)];
  expect(flightsOn({ from: "a", to: "b" }, said)).toEqual([
    { id: 1, back: true },
    { id: 2, back: false },
  ]);
  expect(flightsOn({ from: "c", to: "a" }, said)).toEqual([{ id: 2, back: true }]);
  expect(["a", "b", "c"].map((role) => hears(role, said))).toEqual([true, true, true]);
  expect(hears("a", said.slice(1))).toBe(false);
});

test("a line passes those who stand between its ends, and follows who was moved", () => {
  const [top, middle, bottom, right] = [
    { x: 0, y: 0 },
    { x: 0, y: 120 },
    { x: 0, y: 240 },
    { x: 260, y: 0 },
  ];
  const all = [top, middle, bottom, right];
  expect(sidesOf("mutual", middle, top, all)).toEqual({ turned: true, sourceHandle: "below", targetHandle: "above" });
  expect(sidesOf("mutual", top, bottom, all)).toEqual({ turned: false, sourceHandle: "after", targetHandle: "side" });
  expect(sidesOf("said", right, top, all)).toEqual({ turned: true, sourceHandle: "after", targetHandle: "before" });
  expect(sidesOf("directed", right, top, all).turned).toBe(false);
});

test("a team that is there comes back as it was", () => {
  const there = {
    agents: [
      { role: "a", prompt: "x", group_folder: "f" },
      { role: "b", prompt: "", model: "m" },
    ],
    edges: [edge("a", "b", "mutual")],
    lead: "b",
  };
  let count = 0;
  expect(toTeam(fromTeam(there, () => `k${++count}`))).toEqual(there);
});

test("edges and lead of a team that spells a role in two ways are kept", () => {
  const there = {
    agents: [
      { role: "Fact checker", prompt: "" },
      { role: "writer", prompt: "" },
    ],
    edges: [edge("fact-checker", "Writer")],
    lead: "Writer",
  };
  let count = 0;
  expect(fromTeam(there, () => `k${++count}`)).toMatchObject({ edges: [edge("k1", "k2")], lead: "k2" });
});

test("whoever waits stands right of whom it waits for, the lead right of all, and nobody on another", () => {
  const names = ["a", "b", "c", "d", "e"];
  const edges = fc.array(
    fc.record({ from: fc.nat(4), to: fc.nat(4) }).filter(({ from, to }) => from < to),
    { maxLength: 8 },
  );
  const holds = (pairs: { from: number; to: number }[]): boolean => {
    const drawn = pairs.map(({ from, to }) => edge(names[from] ?? "", names[to] ?? ""));
    const places = layout(names, drawn, "e");
    const x = (name: string): number => places.get(name)?.x ?? Number.NaN;
    const apart = new Set([...places.values()].map((place) => `${place.x} ${place.y}`)).size === names.length;
    return (
      apart && drawn.every(({ from, to }) => x(from) < x(to)) && names.slice(0, 4).every((name) => x(name) < x("e"))
    );
  };
  expect(fc.check(fc.property(edges, holds)).counterexample).toBeNull();
  expect(layout(["a", "b"], [edge("a", "b"), edge("b", "a")], null).size).toBe(2);
});

const at = (second: number): string => new Date(second * 1000).toISOString();
const node = (role: string, from: number | null, to: number | null): SwarmNodeView => ({
  role,
  member_id: role,
  prompt: "",
  group_folder: null,
  model: null,
  is_lead: false,
  state: to === null ? "running" : "succeeded",
  result: to === null ? null : "done",
  error: null,
  conversation_id: null,
  turn_id: null,
  turns: 1,
  tokens: 0,
  cost_usd: 0,
  started_at: from === null ? null : at(from),
  finished_at: to === null ? null : at(to),
});
const message = (id: number, from: string, to: string | null, second: number): SwarmMessageView => ({
  id,
  swarm_id: "s",
  from,
  to,
  text: "x",
  time: at(second),
  deliveries: [],
});

test("at a moment a run is as it was then: who worked, who was done, what had been said", () => {
  const run: SwarmRunView = {
    id: "s",
    group_id: "g",
    name: "n",
    task: "t",
    status: "running",
    error: null,
    lead: "b",
    agents: [],
    edges: [],
    nodes: [node("a", 1, 5), node("b", 6, null), node("c", 2, 9)],
    results: {},
    answer: null,
    limits: { node_ms: 1000, run_ms: 1000, tokens: null, cost_usd: null },
    tokens: 0,
    cost_usd: 0,
    started_at: at(0),
    completed_at: null,
  };
  const messages = [message(1, "a", "b", 3), message(2, "c", null, 8)];
  const states = (second: number): string[] =>
    runAt(run, messages, second * 1000).nodes.map(({ state, result }) => `${state} ${result}`);
  expect(states(0)).toEqual(["waiting null", "waiting null", "waiting null"]);
  expect(states(5)).toEqual(["succeeded done", "waiting null", "running null"]);
  expect(states(7)).toEqual(["succeeded done", "running null", "running null"]);
  expect(runAt(run, messages, 7000).messages.map(({ id }) => id)).toEqual([1]);
  expect(runAt(run, messages, null).nodes).toBe(run.nodes);
});
