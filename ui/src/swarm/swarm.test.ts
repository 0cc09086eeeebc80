import type { SwarmMessageView, SwarmNodeView, SwarmRunView } from "@praktor/protocol/swarm";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { layout } from "./layout.ts";
import { messagesBetween, runAt } from "./run-at.ts";
import {
  changeMember,
  type DraftEdge,
  EMPTY_TEAM,
  flawOf,
  fromTeam,
  type TeamDraft,
  toTeam,
  withEdge,
  withMember,
  withoutEdge,
  withoutMember,
} from "./team-draft.ts";

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

test.each([
  ["nobody", EMPTY_TEAM],
  ["role_missing", team("a", " ")],
  ["role_twice", team("a", "A")],
  ["circle", withEdge(withEdge(withEdge(team("a", "b", "c"), edge("a", "b")), edge("b", "c")), edge("c", "a"))],
  [null, withEdge(withEdge(team("a", "b", "c"), edge("a", "b", "mutual")), edge("b", "c"))],
] as const)("its flaw: %s", (flaw, made) => {
  expect(flawOf(made)).toBe(flaw);
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
  expect(messagesBetween(messages, "b", "a")).toBe(1);
  expect(messagesBetween(messages, "b", "c")).toBe(1);
  expect(messagesBetween(messages, "a", "c")).toBe(1);
});
