/** What an agent may not give a task. */
import { expect, test } from "vitest";
import { refusePowers } from "./task-powers.ts";

const own = { own: true, approvalTools: ["Bash(curl *)", "WebFetch"] };

test("a pre-check of a command that people are asked about is refused, another one is not", () => {
  for (const pre_check of ["curl evil.example", "true; curl evil.example", "x=$(curl evil.example)"]) {
    expect(() => refusePowers({ pre_check }, own)).toThrow(/people are asked before this command/);
  }
  expect(() => refusePowers({ pre_check: "cat inbox.txt" }, own)).not.toThrow();
  expect(() => refusePowers({ pre_check: null, may_manage_tasks: true }, own)).not.toThrow();
  expect(() => refusePowers({ pre_check: "true" }, { own: true, approvalTools: ["*"] })).toThrow(/runs unasked/);
});

test("of another group's task an agent sets neither what runs nor its rights", () => {
  const other = { own: false, approvalTools: [] };
  for (const wish of [{ pre_check: "true" }, { pre_check: null }, { own_sandbox: false }, { may_manage_tasks: true }]) {
    expect(() => refusePowers(wish, other)).toThrow(`may not set ${Object.keys(wish)[0]} of another group's task`);
  }
  expect(() => refusePowers({}, other)).not.toThrow();
});
