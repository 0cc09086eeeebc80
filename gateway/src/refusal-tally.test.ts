import { expect, test } from "vitest";
import type { AuditEntry } from "./kit/audit.ts";
import { RefusalTally } from "./refusal-tally.ts";

const refused = (id: string, action = "sign_in"): AuditEntry => ({
  actor: { type: "page", id },
  action,
  outcome: "refused",
  target: "page",
});

function begin() {
  let now = 0;
  const tally = new RefusalTally({ now: () => now });
  const kept = (entry: AuditEntry, times: number): number =>
    Array.from({ length: times }, () => tally.admit(entry)).flat().length;
  return { tally, kept, wait: (minutes: number) => (now += minutes * 60_000) };
}

test("of each actor's each action the first 100 in ten minutes are listed; what went well always is", () => {
  const { kept } = begin();
  expect(kept(refused("a"), 1_000)).toBe(100);
  expect(kept(refused("b"), 5)).toBe(5);
  expect(kept(refused("a", "task.create"), 1_000)).toBe(100);
  expect(kept({ ...refused("a"), outcome: "ok" }, 1_000)).toBe(1_000);
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
