import { expect, test } from "vitest";
import type { AuditEntry } from "./kit/audit.ts";
import { AuditTally } from "./audit-tally.ts";

const refused = (id: string, action = "sign_in"): AuditEntry => ({
  actor: { type: "page", id },
  action,
  outcome: "refused",
  target: "page",
});

function begin() {
  let now = 0;
  const tally = new AuditTally({ now: () => now });
  const kept = (entry: AuditEntry, times: number): number =>
    Array.from({ length: times }, () => tally.admit(entry)).flat().length;
  return { tally, kept, wait: (minutes: number) => (now += minutes * 60_000) };
}

test("of each actor's each action the first 100 in ten minutes are listed; what people did always is", () => {
  const { kept } = begin();
  expect(kept(refused("a"), 1_000)).toBe(100);
  expect(kept(refused("b"), 5)).toBe(5);
  expect(kept(refused("a", "task.create"), 1_000)).toBe(100);
  for (const type of ["page", "person", "cli"] as const)
    expect(kept({ ...refused("a"), actor: { type, id: "a" }, outcome: "ok" }, 1_000)).toBe(1_000);
});

test("what an agent does again and again is counted like what is refused, and so is what Praktor does because of one group", () => {
  const { tally, kept, wait } = begin();
  const did = (action: string): AuditEntry => ({
    actor: { type: "agent", id: "g" },
    action,
    outcome: "ok",
    groupId: "g",
    target: "task",
  });
  expect(kept(did("task.pause"), 1_000)).toBe(100);
  expect(kept(did("task.resume"), 10)).toBe(10);
  expect(kept({ ...did("task.pause"), outcome: "refused" }, 10)).toBe(10);
  const voided = (groupId: string): AuditEntry => ({
    ...did("approval.void"),
    groupId,
    actor: { type: "system", id: "approvals" },
  });
  expect(kept(voided("g"), 1_000)).toBe(100);
  expect(kept(voided("h"), 1)).toBe(1);
  wait(10);
  const detail = "900 more of these within 10 minutes are not listed one by one.";
  expect(tally.ended()).toEqual([
    { ...did("task.pause"), target: null, detail },
    { ...voided("g"), target: null, detail },
  ]);
});

test("the others are one line when the ten minutes are over, and then it begins anew", () => {
  const { tally, kept, wait } = begin();
  kept(refused("a"), 1_000);
  kept(refused("b"), 100);
  wait(9);
  expect(tally.ended()).toEqual([]);
  wait(1);
  const line = { ...refused("a"), groupId: null, target: null };
  const detail = "900 more of these within 10 minutes are not listed one by one.";
  expect(tally.ended()).toEqual([{ ...line, detail }]);
  expect(tally.ended()).toEqual([]);
  expect(kept(refused("a"), 110)).toBe(100);
  wait(11);
  expect(tally.admit(refused("a")).map((entry) => entry.detail ?? null)).toEqual([
    "10 more of these within 10 minutes are not listed one by one.",
    null,
  ]);
});

test("a thousand kinds at a time, and no count is lost for one more", () => {
  const { tally, kept } = begin();
  for (let id = 0; id < 1_000; id += 1) kept(refused(String(id)), 101);
  expect(tally.admit(refused("one more"))).toHaveLength(1_001);
  expect(tally.all()).toEqual([]);
});
