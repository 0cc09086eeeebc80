/** Swarms on real parts: members in sandboxes of their own, a simulated model, killed in the middle and taken up again. */
import { setTimeout as delay } from "node:timers/promises";
import { SwarmMessageView, SwarmRunView } from "@praktor/protocol/swarm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { owner, System } from "./support/system.ts";

const patient = { timeout: 60_000, interval: 100 };

describe("swarms with process sandboxes", { timeout: 120_000 }, () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ environment: { PRAKTOR_MAIN_CHAT_ID: String(owner) } });
    await system.ask("echo hello");
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

  test("in parallel: each does its part in its own sandbox, the lead gets all results", async () => {
    const begunAt = performance.now();
    const { id } = await start({
      task: "Two words",
      agents: [
        { role: "one", prompt: "echo ONE" },
        { role: "two", prompt: "bash: echo own-$(basename $PWD) > $PRAKTOR_SWARM_ID.txt; ls" },
        { role: "boss", prompt: "echo BOSS" },
      ],
      lead: "boss",
    });
    expect(performance.now() - begunAt).toBeLessThan(10_000);
    const ended = await over(id);
    expect(ended).toMatchObject({ status: "succeeded", error: null, tokens: expect.any(Number) });
    expect(ended.results["one"]).toContain("ONE");
    // What the members brought stands in the lead's input, so the script says it again.
    expect(ended.answer).toContain("BOSS");
    expect(ended.nodes.map(({ state, turns }) => [state, turns])).toEqual([
      ["succeeded", 1],
      ["succeeded", 1],
      ["succeeded", 1],
    ]);
    expect(await system.getJson("/api/groups")).toHaveLength(1);
    expect((await send("DELETE", `/api/swarms/${id}`)).status).toBe(200);
  });

  test("in a row: the successor starts with what the one before it brought", async () => {
    const { id } = await start({
      task: "A chain",
      agents: [
        { role: "first", prompt: "echo KIWI" },
        { role: "second", prompt: "what did I say first?" },
      ],
      edges: [{ from: "first", to: "second" }],
    });
    const ended = await over(id);
    expect(ended.lead).toBe("second");
    expect(ended.answer).toMatch(/The result of first[\s\S]*KIWI/);
    const [first, second] = ended.nodes;
    expect(Date.parse(second?.started_at ?? "")).toBeGreaterThanOrEqual(Date.parse(first?.finished_at ?? ""));
  });

  test("together: two talk while they work, a message wakes who has ended its turn, all is stored", async () => {
    const tell = (text: string): string => `tool swarm_send ${JSON.stringify({ to: "b", text })}`;
    const { id } = await start({
      task: "Talk",
      agents: [
        { role: "a", prompt: tell("echo PAPAYA") },
        { role: "b", prompt: 'tool swarm_board_write {"key":"fruit","value":"mango"}' },
        { role: "boss", prompt: "tool swarm_board_read {}" },
      ],
      edges: [{ from: "a", to: "b", kind: "mutual" }],
      lead: "boss",
    });
    const ended = await over(id);
    expect(ended).toMatchObject({ status: "succeeded", error: null });
    const messages = SwarmMessageView.array().parse(await system.getJson(`/api/swarms/${id}/messages`));
    expect(messages).toMatchObject([
      { from: "a", to: "b", text: "echo PAPAYA", deliveries: [{ to: "b", state: "delivered" }] },
    ]);
    // Woken by it, or told with its first input: once.
    const b = ended.nodes.find(({ role }) => role === "b");
    expect(b?.result).toContain("PAPAYA");
    expect(ended.answer).toContain("mango");
  });

  test("from a chat: progress in one edited message, then the lead's answer", async () => {
    const since = system.telegram.sequence;
    system.say("/swarm scout > writer: echo FIG");
    await system.answerMatching(/The swarm has begun: scout, writer/, owner, since);
    await system.answerMatching(/^(?!🐝)[\s\S]*FIG/u, owner, since);
    const shown = system.telegram.transcript(owner).filter(({ text }) => text.startsWith("🐝 echo FIG"));
    expect(shown).toHaveLength(1);
    expect(shown[0]?.text).toMatch(/writer \(lead\): done/);
    system.say("/swarm a > b");
    await system.answerMatching(/The task is missing/, owner, since);
    system.say("/swarm a > b, b > a: t");
    await system.answerMatching(/in a circle/, owner, since);
  });

  test("a member that fails is told to the lead; a run is cancelled at any moment", async () => {
    const { id } = await start({
      task: "Fail",
      agents: [
        { role: "bad", prompt: "slow 60000: late" },
        { role: "good", prompt: "echo GOOD" },
        { role: "boss", prompt: "what did I say first?" },
      ],
      lead: "boss",
    });
    await expect.poll(async () => (await run(id)).nodes[0]?.state, patient).toBe("running");
    expect((await send("POST", `/api/turns/${(await run(id)).nodes[0]?.turn_id}/stop`)).status).toBeLessThan(300);
    const ended = await over(id);
    expect(ended.nodes.map(({ state }) => state)).toEqual(["failed", "succeeded", "succeeded"]);
    expect(ended.answer).toContain("bad brought no result");

    const slow = await start({ task: "Slow", agents: [{ role: "a", prompt: "slow 60000: late" }] });
    await expect.poll(async () => (await run(slow.id)).nodes[0]?.state, patient).toBe("running");
    expect((await send("POST", `/api/swarms/${slow.id}/cancel`)).status).toBe(200);
    expect(await run(slow.id)).toMatchObject({ status: "cancelled", nodes: [{ state: "cancelled" }] });
    await expect
      .poll(async () => await system.getJson("/api/agents"), patient)
      .not.toContainEqual(expect.objectContaining({ group_id: slow.nodes[0]?.member_id }));
  });

  test("killed in the middle, it goes on where it was, with the same result", async () => {
    const { id } = await start({
      task: "Endure",
      agents: [
        { role: "one", prompt: "echo ONE" },
        { role: "two", prompt: "slow 3000: TWO" },
        { role: "three", prompt: "echo THREE" },
        { role: "boss", prompt: "echo BOSS" },
      ],
      edges: [{ from: "one", to: "three" }],
      lead: "boss",
    });
    for (let kill = 0; kill < 1; kill += 1) {
      await delay(1_500);
      await system.crash();
    }
    const ended = await over(id);
    expect(ended).toMatchObject({ status: "succeeded", error: null });
    expect(Object.keys(ended.results).toSorted()).toEqual(["boss", "one", "three", "two"]);
    expect(ended.results["two"]).toContain("TWO");
    expect(ended.nodes.map(({ turns }) => turns)).toEqual([1, 1, 1, 1]);
  });
});
