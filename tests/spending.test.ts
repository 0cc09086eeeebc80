/** What model calls cost, with the real Agent SDK: metered, attributed, and stopped at the budget. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UsageView } from "@praktor/protocol/insight";
import { TaskRunView, TaskView } from "@praktor/protocol/tasks";
import { callTools } from "@praktor/simulators/messages/script";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { canaryKey, friend, owner, System } from "./support/system.ts";

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A dollar for a million tokens of whatever kind. */
async function settings(more: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "praktor-settings-"));
  folders.push(folder);
  const file = join(folder, "praktor.yaml");
  await writeFile(file, `usage: { prices: { "*": { input: 1, output: 1 } } }\n${more}`);
  return { PRAKTOR_CONFIG: file };
}

function rows<Row>(system: System, shape: z.ZodType<Row>, sql: string): Row[] {
  const database = new DatabaseSync(join(system.folder, "praktor.db"), { readOnly: true });
  try {
    return z.array(shape).parse(database.prepare(sql).all());
  } finally {
    database.close();
  }
}

const usageOf = async (system: System): Promise<UsageView> => UsageView.parse(await system.getJson("/api/usage"));
const asked = (system: System): number =>
  system.model.requests.filter(({ operation }) => operation === "messages").length;

/** A task of every second says once that there is no budget for it; its history says it of each run. */
async function expectTasksLeftOut(system: System): Promise<void> {
  const request = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${system.gateway.web}${path}`, {
      method,
      headers: { "content-type": "application/json", origin: system.gateway.web },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const wish = { group_id: String(owner), name: "Tick", schedule: "* * * * * *", prompt: "echo tick" };
  const { id } = TaskView.parse(await (await request("POST", "/api/tasks", wish)).json());
  const skipped = async (): Promise<number> =>
    z
      .array(TaskRunView)
      .parse(await system.getJson(`/api/tasks/${id}/history`))
      .filter((run) => run.state === "skipped" && run.error?.includes("used its budget of $0.10")).length;
  await expect.poll(skipped, { timeout: 30_000, interval: 200 }).toBeGreaterThan(2);
  expect((await request("DELETE", `/api/tasks/${id}`)).status).toBe(200);
  await system.answerMatching(/“Tick” was left out.*starts anew at 00:00/);
  expect(system.answers().filter((text) => text.includes("Tick"))).toHaveLength(1);
}

describe("a model that always wants one more tool", { timeout: 120_000 }, () => {
  test("is stopped at the budget, at most one call over; the people read why, and other groups go on", async () => {
    await using system = await System.start({
      environment: await settings("budgets: { group_per_day: 0.1 }\nagent: { max_turns: 200 }"),
    });
    const usual = system.model.script;
    system.model.script = () => callTools({ name: "Bash", input: { command: "true" } });
    system.say("begin");
    const end = await system.answerMatching(/I had to stop/);
    expect(end.text).toMatch(
      /This group has used its budget of \$0\.10 for today; it starts anew at 00:00 \S+\. Raise it on the group's page under “Limits”\./,
    );
    expect(end.text).not.toContain("API Error");
    expect(system.answers().filter((text) => /This group has used (8|9)\d % /.test(text))).toHaveLength(1);
    const { budgets } = await usageOf(system);
    const calls = rows(
      system,
      z.object({ cost: z.number() }),
      "select cost_usd as cost from model_calls where cost_usd > 0",
    );
    const total = calls.reduce((sum, { cost }) => sum + cost, 0);
    expect(budgets).toMatchObject([{ scope: "group_day", group_id: String(owner), limit_usd: 0.1, state: "spent" }]);
    expect(budgets[0]?.used_usd).toBeCloseTo(total, 10);
    expect(total - Math.max(...calls.map(({ cost }) => cost))).toBeLessThan(0.1);
    const before = asked(system);
    // Nothing is started for a group that may not ask the model.
    const stop = { method: "POST", headers: { origin: system.gateway.web } };
    await fetch(`${system.gateway.web}/api/agents/${owner}/stop`, stop);
    expect(await system.ask("again")).toMatchObject({ text: expect.stringContaining("used its budget") });
    expect(asked(system)).toBe(before);
    expect(await system.getJson("/api/agents")).toEqual([]);
    await expectTasksLeftOut(system);
    system.model.script = usual;
    expect((await system.ask("echo still here", friend)).text).toBe("still here");
  });

  test("is stopped at the limit of its steps, and its group begins nothing when its files take too much of the disk", async () => {
    const limits = "agent: { max_turns: 5 }\nsandbox: { workspace_max_bytes: 10485760 }";
    await using system = await System.start({ environment: await settings(limits) });
    await system.ask("bash: head -c 12000000 /dev/urandom > large.bin; pwd");
    await system.answerMatching(/^💾 This group's files take 11\d % .*large\.bin/);
    expect((await system.ask("echo more")).text).toMatch(
      /no disk space left.*large\.bin \(11 MB\).*workspace_max_bytes/,
    );
    const paths = await readdir(join(system.folder, "groups"), { recursive: true });
    await rm(join(system.folder, "groups", paths.find((path) => path.endsWith("large.bin")) ?? ""));
    const calls = (): number =>
      rows(system, z.object({ calls: z.number() }), "select count(*) as calls from model_calls where cost_usd > 0")[0]
        ?.calls ?? 0;
    const before = calls();
    system.model.script = () => callTools({ name: "Bash", input: { command: "true" } });
    expect((await system.ask("begin")).text).toContain("I reached the limit of steps");
    expect(calls() - before).toBeLessThanOrEqual(6);
  });
});

test(
  "what two conversations of one sandbox ask at once is each turn's own, and told in dollars",
  { timeout: 60_000 },
  async () => {
    await using system = await System.start({ environment: await settings("") });
    await system.ask("echo ready");
    const since = system.telegram.sequence;
    const page = await fetch(`${system.gateway.web}/api/groups/${owner}/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: system.gateway.web },
      body: JSON.stringify({ text: "slow 1500: on the page" }),
    });
    const { turn_id: pageTurn } = z.object({ turn_id: z.string() }).parse(await page.json());
    system.say("slow 1500: in the chat");
    await system.answerMatching(/in the chat/, owner, since);
    const shape = z.object({ turn: z.string().nullable(), conversation: z.string().nullable(), state: z.string() });
    const calls = (): z.infer<typeof shape>[] =>
      rows(
        system,
        shape,
        "select c.turn_id as turn, t.conversation_id as conversation, t.state from model_calls c left join turns t on t.id = c.turn_id and t.conversation_id = c.conversation_id where c.cost_usd > 0",
      );
    await expect
      .poll(() => calls().filter(({ turn, state }) => turn === pageTurn && state === "succeeded").length, {
        timeout: 30_000,
      })
      .toBeGreaterThan(0);
    expect(calls().filter(({ turn }) => turn === null)).toEqual([]);
    expect(new Set(calls().map(({ turn }) => turn)).size).toBe(3);
    expect(new Set(calls().map(({ conversation }) => conversation)).size).toBe(2);
    const told = (await system.ask("/usage")).text;
    expect(told).toMatch(/Today: \$0\.\d\d, [\d,]+ tokens/);
    expect(told).toMatch(/By model/);
  },
);

test(
  "with an account's token Claude Code says that it holds one, and the gateway's own goes out",
  { timeout: 60_000 },
  async () => {
    await using system = await System.start({
      environment: { ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: canaryKey },
    });
    expect((await system.ask("echo hello")).text).toBe("hello");
    const calls = system.model.requests.filter(({ operation }) => operation === "messages");
    expect(calls.length).toBeGreaterThan(0);
    for (const { headers } of calls) {
      expect(headers["authorization"]).toBe(`Bearer ${canaryKey}`);
      expect(headers["x-api-key"]).toBeUndefined();
      expect(headers["anthropic-beta"]).toContain("oauth-2025-04-20");
    }
  },
);

test("a call that never begins is made again after `agent.model_timeout`", { timeout: 120_000 }, async () => {
  await using system = await System.start({ environment: await settings("agent: { model_timeout: 3s }") });
  await system.ask("echo ready");
  system.model.faults.set([{ fault: { type: "stall" }, on: "messages", times: 1 }]);
  expect((await system.ask("echo it came")).text).toBe("it came");
  // The gateway waits for what the call has read when its caller does not any more.
  const isGiven = (): boolean => system.model.requests.some(({ outcome }) => outcome !== "ok");
  await vi.waitFor(() => expect(isGiven()).toBe(true), { timeout: 60_000, interval: 200 });
});
