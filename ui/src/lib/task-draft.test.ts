import { TaskUpdate } from "@praktor/protocol/tasks";
import { expect, test } from "vitest";
import { advancedFields, advancedOf, hasUnreadableAmount } from "./task-draft.ts";

test("what is left empty is no limit, and a grace that is left empty stays as it is", () => {
  const fields = TaskUpdate.parse(advancedFields(advancedOf(null)));
  expect(fields).toEqual({
    overlap: "skip",
    catch_up: "run_once",
    model: null,
    max_turns: null,
    max_duration_ms: null,
    max_cost_usd: null,
    pre_check: null,
    may_manage_tasks: false,
    own_sandbox: false,
  });
});

test("hours and minutes become milliseconds, and come back as they were typed", () => {
  const typed = {
    overlap: "queue",
    catchUp: "skip",
    graceHours: "1.5",
    model: "claude-haiku-4-5",
    maxTurns: "7",
    maxMinutes: "2",
    maxCost: "0.25",
    preCheck: "test -s inbox && cat inbox",
    mayManage: true,
    ownSandbox: true,
  } as const;
  const fields = TaskUpdate.parse(advancedFields(typed));
  expect(fields).toMatchObject({ grace_ms: 5_400_000, max_duration_ms: 120_000, max_cost_usd: 0.25, max_turns: 7 });
  const { grace_ms = 0, max_duration_ms = null, max_cost_usd = null, max_turns = null } = fields;
  const { overlap = "skip", catch_up = "skip", model = null, pre_check = null } = fields;
  const { may_manage_tasks = false, own_sandbox = false } = fields;
  const limits = { grace_ms, max_duration_ms, max_cost_usd, max_turns, model, pre_check };
  expect(advancedOf({ overlap, catch_up, may_manage_tasks, own_sandbox, ...limits })).toEqual(typed);
});

test.each(["lots", "0,5", "$2", "5m", "ten", "-1", "1e3", "Infinity"])("%s is no amount, and is not sent", (text) => {
  expect(hasUnreadableAmount({ ...advancedOf(null), maxCost: text })).toBe(true);
  expect(hasUnreadableAmount({ ...advancedOf(null), graceHours: text })).toBe(true);
});

test.each(["", " ", "2", "0.5", " 10 "])("an amount such as “%s” can be sent", (text) => {
  const draft = { ...advancedOf(null), maxCost: text, maxTurns: text, maxMinutes: text, graceHours: text };
  expect(hasUnreadableAmount(draft)).toBe(false);
});
