import { expect, test } from "vitest";
import { z } from "zod";
import { IpcRequest } from "./ipc.ts";
import { problemWords, requestProblems } from "./issue-words.ts";
import { MessageCreate, GroupUpdate } from "./rest.ts";
import { SwarmCreate } from "./swarm.ts";
import { Schedule, TaskCreate } from "./tasks.ts";

const task = { group_id: "g", name: "n", schedule: "@daily", prompt: "p" };
const words = (schema: z.ZodType, value: unknown): string => {
  const parsed = schema.safeParse(value);
  return parsed.success ? "" : problemWords(parsed.error, "the body");
};

test.each([
  [TaskCreate, { ...task, name: undefined }, "name is missing"],
  [TaskCreate, { ...task, name: " " }, "name must not be empty"],
  [TaskCreate, { ...task, name: "x".repeat(201) }, "name must have at most 200 characters"],
  [TaskCreate, { ...task, max_turns: 1.5 }, "max_turns must be a whole number"],
  [TaskCreate, { ...task, max_turns: "many" }, "max_turns must be a number"],
  [TaskCreate, { ...task, max_turns: 20_000 }, "max_turns must be at most 10000"],
  [TaskCreate, { ...task, max_duration_ms: 1 }, "max_duration_ms must be 1000 (one second) or more"],
  [TaskCreate, { ...task, max_cost_usd: 0 }, "max_cost_usd must be more than 0"],
  [TaskCreate, { ...task, context_mode: "both" }, "context_mode must be isolated or group"],
  [TaskCreate, { ...task, own_sandbox: "yes" }, "own_sandbox must be true or false"],
  [TaskCreate, { ...task, schedule: 5 }, expect.stringMatching(/^schedule must be a schedule: a text such as/)],
  [TaskCreate, [], "the body must be an object"],
  [Schedule, { kind: "sometimes" }, "kind must be cron, interval or once"],
  [GroupUpdate, { budget_per_day: -1 }, "budget_per_day must be more than 0"],
  [GroupUpdate, { budget_per_day: "much" }, "budget_per_day must be a number, null or default"],
  [GroupUpdate, { network_allow: "example.org" }, "network_allow must be a list"],
  [
    MessageCreate,
    { text: "t", files: Array.from({ length: 21 }, () => "a") },
    expect.stringMatching(/^files must be 20 at most: name a folder/),
  ],
  [SwarmCreate, { task: "t", agents: [] }, "agents must not be empty"],
  [SwarmCreate, { task: "t", agents: [{}] }, "agents.0.role is missing"],
  [z.object({ at: z.iso.datetime() }), { at: "noon" }, "at must be a moment such as 2026-01-02T03:04:05Z"],
  [z.object({ list: z.array(z.string()).min(2) }), { list: ["a"] }, "list must have at least 2 entries"],
])("says in plain words what is wrong, %#", (schema, value, expected) => {
  expect(words(schema, value)).toEqual(expected);
});

test("no sentence of zod's own reaches a person", () => {
  const nothing = [null, 5, "", [], {}, true, "\u0000", { text: {} }, { agents: [null] }, { schedule: [] }];
  const said = [TaskCreate, GroupUpdate, MessageCreate, SwarmCreate, Schedule].flatMap((schema) =>
    nothing.map((value) => words(schema, value)),
  );
  expect(said.filter((one) => /invalid|expected|received|too (?:small|big)|unrecognized/i.test(one))).toEqual([]);
});

test("of a request between programs only the author's fields are named", () => {
  const parsed = IpcRequest.safeParse({ type: "delete_task", payload: {} });
  expect(parsed.error && requestProblems(parsed.error)).toBe("id is missing");
  const unknown = IpcRequest.safeParse({ type: "dance" });
  expect(unknown.error && requestProblems(unknown.error)).toMatch(/^type must be create_task, list_tasks, /);
});
