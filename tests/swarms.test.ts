/** Swarms on real parts: members in sandboxes of their own, a simulated model, killed in the middle and taken up again. */
import { SwarmMessageView, SwarmRunView } from "@praktor/protocol/swarm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canaryKey, owner, System } from "./support/system.ts";

const patient = { timeout: 110_000, interval: 100 };

describe("swarms with process sandboxes", { timeout: 240_000 }, () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ environment: { PRAKTOR_MAIN_CHAT_ID: String(owner) } });
    // Its chat comes to be, without an agent.
    await system.ask("/swarm");
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const send = async (method: string, path: string, body: unknown = {}): Promise<Response> =>
    await fetch(system.gateway.web + path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const start = async (body: unknown): Promise<SwarmRunView> => {
    const answer = await send("POST", "/api/swarms", body);
    expect(answer.status).toBe(201);
    return SwarmRunView.parse(await answer.json());
  };
  const run = async (id: string): Promise<SwarmRunView> =>
    SwarmRunView.parse(await system.getJson(`/api/swarms/${id}`));
  const over = async (id: string): Promise<SwarmRunView> => {
    await expect.poll(async () => (await run(id)).status, patient).not.toBe("running");
    return await run(id);
  };

  test.concurrent("side by side, two of them talking: own sandboxes, messages and board are stored, the lead gets all results", async ({
    expect,
  }) => {
    const tell = (text: string): string => `tool swarm_send ${JSON.stringify({ to: "b", text })}`;
    const { id } = await start({
      task: "Talk",
      agents: [
        // The key stands for any secret that a member has come to know.
        { role: "a", prompt: tell(`echo PAPAYA ${canaryKey}`) },
        { role: "b", prompt: 'tool swarm_board_write {"key":"fruit","value":"mango"}' },
        { role: "alone", prompt: "bash: basename $PWD; ls | wc -l" },
        { role: "boss", prompt: "tool swarm_board_read {}" },
      ],
      edges: [{ from: "a", to: "b", kind: "mutual" }],
      lead: "boss",
    });
    const ended = await over(id);
    expect(ended).toMatchObject({ status: "succeeded", error: null, tokens: expect.any(Number) });
    const messages = SwarmMessageView.array().parse(await system.getJson(`/api/swarms/${id}/messages`));
    expect(messages).toMatchObject([
      { from: "a", to: "b", text: "echo PAPAYA [redacted]", deliveries: [{ to: "b", state: "delivered" }] },
    ]);
    // Woken by it, or told with its first input: once.
    const result = (role: string): string => ended.results[role] ?? "";
    expect(result("b")).toContain("PAPAYA");
    expect(result("alone")).toMatch(/^own\n0$/m);
    expect(ended.answer).toContain("mango");
    expect(ended.nodes.filter(({ role }) => role !== "b").map(({ turns }) => turns)).toEqual([1, 1, 1]);
    const groups = JSON.stringify(await system.getJson("/api/groups"));
    for (const { member_id: memberId } of ended.nodes) expect(groups).not.toContain(memberId);
    expect((await send("DELETE", `/api/swarms/${id}`)).status).toBe(200);
  });

  test.concurrent("from a chat, in a row: each with the result before it, progress in one edited message, then the lead's answer", async ({
    expect,
  }) => {
    const since = system.telegram.sequence;
    system.say("/swarm scout > writer: echo FIG");
    await system.answerMatching(/The swarm has begun: scout, writer/, owner, since);
    await system.answerMatching(/^(?!🐝)[\s\S]*FIG/u, owner, since, patient.timeout);
    const shown = system.telegram.transcript(owner).filter(({ text }) => text.startsWith("🐝 echo FIG"));
    expect(shown).toHaveLength(1);
    expect(shown[0]?.text).toMatch(/writer \(lead\): done/);
    const runs = SwarmRunView.array().parse(await system.getJson("/api/swarms"));
    const { nodes, lead } = runs.find(({ task }) => task === "echo FIG") ?? { nodes: [], lead: "" };
    expect(lead).toBe("writer");
    const [scout, writer] = nodes;
    expect(Date.parse(writer?.started_at ?? "")).toBeGreaterThanOrEqual(Date.parse(scout?.finished_at ?? ""));
    const input = await system.getJson(`/api/groups/${writer?.member_id}/messages`);
    expect(JSON.stringify(input)).toMatch(/The result of scout.+FIG/);
    system.say("/swarm a > b");
    await system.answerMatching(/The task is missing/, owner, since);
    system.say("/swarm a > b, b > a: t");
    await system.answerMatching(/in a circle/, owner, since);
  });

  test("killed in the middle, runs go on where they were; a member that fails is told to the lead; a run can be cancelled", async () => {
    const slow = await start({ task: "Slow", agents: [{ role: "a", prompt: "slow 60000: late" }] });
    const { id } = await start({
      task: "Endure",
      agents: [
        { role: "bad", prompt: "slow 60000: late" },
        { role: "good", prompt: "slow 2000: GOOD" },
        { role: "boss", prompt: "what did I say first?" },
      ],
      lead: "boss",
    });
    for (const role of [0, 1]) {
      await expect.poll(async () => (await run(id)).nodes[role]?.state, patient).toBe("running");
    }
    await system.crash();
    await expect.poll(async () => (await run(slow.id)).nodes[0]?.state, patient).toBe("running");
    expect((await send("POST", `/api/swarms/${slow.id}/cancel`)).status).toBe(200);
    expect(await run(slow.id)).toMatchObject({ status: "cancelled", nodes: [{ state: "cancelled" }] });
    expect((await send("POST", `/api/turns/${(await run(id)).nodes[0]?.turn_id}/stop`)).status).toBeLessThan(300);
    const ended = await over(id);
    expect(ended).toMatchObject({ status: "succeeded", error: null });
    expect(ended.nodes.map(({ state, turns }) => [state, turns])).toEqual([
      ["failed", 1],
      ["succeeded", 1],
      ["succeeded", 1],
    ]);
    expect(ended.results["good"]).toContain("GOOD");
    expect(ended.answer).toContain("bad brought no result");
    await expect
      .poll(async () => JSON.stringify(await system.getJson("/api/agents")), patient)
      .not.toContain(slow.nodes[0]?.member_id);
  });
});
