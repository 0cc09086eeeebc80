import { ErrorBody } from "@praktor/protocol/rest";
import { SwarmRunView, SwarmTemplateView } from "@praktor/protocol/swarm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Redactor } from "../../vault/redactor.ts";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
  await harness.store.groups.create({ id: "1", name: "Main", folder: "main", isMain: true });
});
afterEach(async () => {
  await harness[Symbol.asyncDispose]();
});

/** What a browser would prove with its Origin. */
const headers = { "content-type": "application/json" };
const start = async (body: object) => await harness.send({ method: "POST", path: "/api/swarms", body });

describe("swarms", () => {
  test("start at once, are shown with their members, cancelled, replayed and deleted", async () => {
    const answer = await start({
      task: "Compare",
      agents: [{ role: "Fact Finder" }, { role: "b", group_folder: "main" }],
    });
    expect(answer.status).toBe(201);
    const run = SwarmRunView.parse(answer.json);
    expect(run).toMatchObject({ status: "running", lead: "lead", group_id: "1", name: "Compare" });
    expect((await harness.send({ path: "/api/swarm-limits" })).json).toEqual(run.limits);
    expect(run.nodes.map(({ role, is_lead }) => [role, is_lead])).toEqual([
      ["fact-finder", false],
      ["b", false],
      ["lead", true],
    ]);
    expect(run.nodes[0]?.member_id).toBe(`sw-${run.id.slice(-8)}-fact-finder`);
    await expect
      .poll(async () =>
        SwarmRunView.parse((await harness.send({ path: `/api/swarms/${run.id}` })).json).nodes.map(
          ({ state }) => state,
        ),
      )
      .toEqual(["queued", "queued", "waiting"]);
    expect((await harness.send({ path: "/api/groups" })).json).toHaveLength(1);
    expect((await harness.send({ method: "DELETE", path: `/api/swarms/${run.id}` })).status).toBe(409);
    const over = await harness.send({ method: "POST", path: `/api/swarms/${run.id}/cancel`, headers });
    expect(over.json).toMatchObject({ status: "cancelled", nodes: [{ state: "cancelled" }, {}, {}] });
    const again = SwarmRunView.parse(
      (await harness.send({ method: "POST", path: `/api/swarms/${run.id}/replay`, headers })).json,
    );
    expect(again).toMatchObject({ status: "running", task: "Compare", agents: run.agents });
    expect((await harness.send({ path: `/api/swarms/${run.id}/messages` })).json).toEqual([]);
    expect((await harness.send({ method: "DELETE", path: `/api/swarms/${run.id}` })).status).toBe(200);
    expect((await harness.send({ path: `/api/swarms/${run.id}` })).status).toBe(404);
    expect(await harness.store.groups.get(run.nodes[0]?.member_id ?? "")).toBeNull();
    expect((await harness.send({ path: "/api/swarms" })).json).toHaveLength(1);
  });

  test("that cannot run are refused with a sentence", async () => {
    const agents = [{ role: "a" }, { role: "b" }];
    const edges = [
      { from: "a", to: "b" },
      { from: "b", to: "a" },
    ];
    const cases: [object, RegExp][] = [
      [{ task: "t", agents, edges, lead: undefined }, /wait for each other in a circle.*a → b → a/],
      [{ task: "t", agents, lead: "c" }, /“c”, but no member has that role/],
      [{ task: "t", agents: Array.from({ length: 21 }, (_, index) => ({ role: `r${index}` })) }, /at most 20 members/],
      [{ task: "t", agents: [{ role: "a", group_folder: "nowhere" }] }, /no group has it/],
    ];
    for (const [body, words] of cases) {
      const answer = await start(body);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.json)).toMatch(words);
    }
    expect((await start({ task: "t", template: "none-such" })).status).toBe(404);
  });

  test("whose form was filled from a template that holds a secret keep it, in a run and under another name too", async () => {
    const secret = "ghp_0123456789abcdef";
    const redactor = new Redactor();
    redactor.know("settings", [secret]);
    await using other = await Harness.start({
      redactor: { redact: (text) => redactor.redact(text), redactDeep: (value) => redactor.redactDeep(value) },
    });
    await other.send({ method: "POST", path: "/api/groups", body: { id: "1", name: "Main", folder: "main" } });
    const put = (name: string, body: object) =>
      other.send({ method: "PUT", path: `/api/swarm-templates/${name}`, body });
    const promptOf = async (wish: object): Promise<string | undefined> => {
      const answer = await other.send({ method: "POST", path: "/api/swarms", body: { task: "t", ...wish } });
      const run = await other.store.swarms.get(SwarmRunView.parse(answer.json).id);
      return run?.agents[0]?.prompt;
    };
    await put("mine", { title: "Mine", agents: [{ role: "a", prompt: `Use ${secret}` }] });
    const shown = { title: "Mine", agents: [{ role: "a", prompt: "Use [redacted]" }] };
    expect((await put("mine", { ...shown, title: "Other" })).json).toMatchObject({ ...shown, title: "Other" });
    expect((await put("mine-too", shown)).status).toBe(200);
    for (const wish of [{ template: "mine" }, { template: "mine-too" }, { agents: shown.agents }])
      expect(await promptOf(wish)).toBe(`Use ${secret}`);
    const refused = await put("mine", { ...shown, agents: [{ role: "a", prompt: "Take [redacted]" }] });
    expect([refused.status, ErrorBody.parse(refused.json).error.faults]).toMatchObject([
      400,
      [{ field: "agents.0.prompt" }],
    ]);
  });

  test("have templates: the shipped ones, and those that people save", async () => {
    const templates = async () =>
      SwarmTemplateView.array().parse((await harness.send({ path: "/api/swarm-templates" })).json);
    expect((await templates()).map(({ name, shipped }) => [name, shipped])).toEqual([
      ["code-review", true],
      ["research", true],
      ["writing", true],
    ]);
    const own = { title: "Mine", agents: [{ role: "a", prompt: "Think." }, { role: "b" }], lead: "b" };
    const put = (body: object) => harness.send({ method: "PUT", path: "/api/swarm-templates/mine", body });
    expect((await put(own)).json).toMatchObject({ name: "mine", shipped: false });
    expect((await put({ ...own, lead: "c" })).status).toBe(400);
    expect(await templates()).toContainEqual(expect.objectContaining({ name: "mine", title: "Mine", lead: "b" }));
    const run = SwarmRunView.parse((await start({ task: "t", template: "mine" })).json);
    expect(run.nodes.map(({ role, prompt }) => [role, prompt])).toEqual([
      ["a", "Think."],
      ["b", ""],
    ]);
    expect((await harness.send({ method: "DELETE", path: "/api/swarm-templates/mine" })).status).toBe(200);
    expect((await harness.send({ method: "DELETE", path: "/api/swarm-templates/mine" })).status).toBe(404);
  });
});
