/** Whose rules a sandbox keeps to that is not a chat's. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import { expect, test } from "vitest";
import { networkRules } from "./network-rules.ts";
import { TestClock } from "./store/contract-fixture.ts";
import { temporaryDatabases } from "./store/temporary-database.ts";

const databases = temporaryDatabases();

/** A member that `a` asked for and that reads the files of `b`; a task of `a`; and what each may reach. */
async function reach(
  a: NetworkPolicy | null,
  b: NetworkPolicy | null,
  asks: { a: string[]; b: string[] } = { a: [], b: [] },
) {
  const { groups, swarms } = await databases.open(new TestClock());
  for (const id of ["a", "b"]) await groups.create({ id, name: id, folder: id });
  await groups.update("a", { network: a, networkAllow: ["both.org", "a.org"], approvalHosts: asks.a });
  await groups.update("b", { network: b, networkAllow: ["both.org:443", "b.org"], approvalHosts: asks.b });
  const node = (role: string, filesOf: string | null) => {
    return { role, memberId: `sw-1-${role}`, prompt: "", groupFolder: filesOf, filesOf, model: null };
  };
  await swarms.create({
    id: "1",
    groupId: "a",
    conversationId: null,
    name: "n",
    task: "t",
    agents: [],
    edges: [],
    lead: "lead",
    limits: { node_ms: 1_000, run_ms: 1_000, tokens: null, cost_usd: null },
    nodes: [node("reader", "b"), node("lead", null)],
  });
  const task = await groups.ofTask({ id: "t", name: "T", groupId: "a" });
  const rules = async (id: string): Promise<unknown> => {
    const { ownerId, policy, allow = [], ask = [] } = (await networkRules(groups, id, "open")) ?? {};
    const asked = ask.map((host) => `${host}?`);
    return policy === "allowlist" ? [ownerId, policy, ...allow, ...asked] : [policy];
  };
  return { reader: await rules("sw-1-reader"), lead: await rules("sw-1-lead"), task: await rules(task.id) };
}

test("a task's own sandbox and a member are bound as the group that asked for them", async () => {
  expect(await reach("none", null)).toEqual({ reader: ["none"], lead: ["none"], task: ["none"] });
  expect(await reach(null, "open")).toEqual({ reader: ["open"], lead: ["open"], task: ["open"] });
});

test("a member that reads another group's files is bound as that one too, the others are not", async () => {
  expect(await reach("open", "none")).toEqual({ reader: ["none"], lead: ["open"], task: ["open"] });
  expect((await reach("open", "allowlist")).reader).toEqual(["b", "allowlist", "both.org:443", "b.org"]);
  expect((await reach("allowlist", "open")).reader).toEqual(["a", "allowlist", "both.org", "a.org"]);
  expect((await reach("allowlist", "none")).reader).toEqual(["none"]);
  expect((await reach("allowlist", "allowlist")).reader).toEqual(["a", "allowlist", "both.org:443"]);
});

test("a yes opens its host for whoever works for the group, and both groups' people are asked about a shared one", async () => {
  const asks = { a: ["ask.org", "both.org"], b: ["both.org:443"] };
  const opened = ["a", "allowlist", "both.org", "a.org", "ask.org", "both.org", "ask.org?", "both.org?"];
  expect(await reach("allowlist", "open", asks)).toEqual({ reader: opened, lead: opened, task: opened });
  expect((await reach("allowlist", "allowlist", { a: [], b: ["a.org"] })).reader).toEqual([
    "a",
    "allowlist",
    "both.org:443",
    "a.org:80",
    "a.org:443",
    "a.org?",
  ]);
});
