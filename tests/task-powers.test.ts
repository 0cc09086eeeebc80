/** What a task may carry, on real parts: a pre-check, limits, a person's reply to its answer; and what only the main group's agent may do. */
import { TaskRunView, TaskView } from "@praktor/protocol/tasks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { friend, owner, System } from "./support/system.ts";

const Runs = z.array(TaskRunView);

describe("a task with process sandboxes", { timeout: 60_000 }, () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ environment: { PRAKTOR_MAIN_CHAT_ID: String(owner) } });
    await system.ask("echo here");
    await system.ask("echo here too", friend);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const create = async (task: object): Promise<TaskView> => {
    const body = JSON.stringify({ group_id: String(owner), schedule: "+1h", ...task });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${system.gateway.web}/api/tasks`, { method: "POST", headers, body });
    return TaskView.parse(await answer.json());
  };
  const runNow = async ({ id }: TaskView): Promise<void> => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${system.gateway.web}/api/tasks/${id}/run`, { method: "POST", headers });
    expect(answer.status).toBe(202);
  };
  /** The task's newest run, once it is over. */
  const over = async ({ id }: TaskView): Promise<TaskRunView> => {
    const newest = async (): Promise<TaskRunView | undefined> =>
      Runs.parse(await system.getJson(`/api/tasks/${id}/history`))[0];
    await expect.poll(async () => (await newest())?.finished_at, { timeout: 30_000 }).toEqual(expect.any(String));
    return TaskRunView.parse(await newest());
  };
  /** All that the model was ever asked. */
  const asked = (): string => JSON.stringify(system.model.requests.map((request) => request.body));

  test("whose pre-check finds nothing is left out without a word to the model; one that finds something wakes the agent with it", async () => {
    const task = await create({ name: "Mail", prompt: "echo the mail was read", pre_check: "cat inbox.txt" });
    await runNow(task);
    expect(await over(task)).toMatchObject({
      state: "skipped",
      error: expect.stringMatching(/^The pre-check ended with exit code 1: .*inbox\.txt/) as string,
    });
    await system.ask("bash: touch inbox.txt");
    await runNow(task);
    expect(await over(task)).toMatchObject({
      state: "skipped",
      error: "The pre-check printed nothing: there was nothing to do.",
    });
    expect(asked()).not.toContain("the mail was read");
    const since = system.telegram.sequence;
    await system.ask("write inbox.txt: three letters from Rhodes");
    await runNow(task);
    await system.answerMatching(/the mail was read/, owner, since);
    expect(await over(task)).toMatchObject({ state: "succeeded", error: null });
    expect(asked()).toContain("[The pre-check of this task printed:]\\nthree letters from Rhodes");
    expect(system.answers().join("\n")).not.toMatch(/pre-check (ended|printed nothing)/);
  });

  test("that takes longer than it may is stopped, and the chat is told which, why and what to do", async () => {
    const since = system.telegram.sequence;
    const task = await create({ name: "Long", prompt: "slow 30000: never said", max_duration_ms: 3000 });
    await runNow(task);
    const told = await system.answerMatching(/“Long” failed/, owner, since);
    expect(told.text).toMatch(
      /It was due on .*longer than the 3 seconds that it may take, so I stopped it.*It is due again on/s,
    );
    expect(await over(task)).toMatchObject({ state: "failed", tries: 1 });
  });

  test("that costs more than it may is stopped", async () => {
    const since = system.telegram.sequence;
    const task = await create({ name: "Dear", prompt: "tools 5", max_cost_usd: 0.000_001 });
    await runNow(task);
    const told = await system.answerMatching(/“Dear” failed/, owner, since);
    expect(told.text).toMatch(/limit of \$0\.000001 for one run/);
    const run = await over(task);
    expect(run.state).toBe("failed");
    expect(run.cost_usd).toBeGreaterThan(0);
  });

  test("can be answered in the chat: the agent learns what was asked and what was said", async () => {
    const since = system.telegram.sequence;
    const task = await create({ name: "Weather", prompt: "echo it rains in Rhodes" });
    await runNow(task);
    const said = await system.answerMatching(/^it rains in Rhodes$/, owner, since);
    const later = system.telegram.sequence;
    system.telegram.userSays({
      chatId: owner,
      userId: owner,
      firstName: "Ada",
      text: "echo and tomorrow?",
      replyTo: said.messageId,
    });
    await system.answerMatching(/and tomorrow\?/, owner, later);
    expect(asked()).toContain(`[In reply to the answer of the scheduled task “Weather” (id ${task.id})`);
    expect(asked()).toContain("> echo it rains in Rhodes");
  });

  test("with a sandbox of its own works on the group's files apart from its chat, and its rights are its own", async () => {
    const since = system.telegram.sequence;
    await system.ask("write shared.txt: seen by both");
    const prompt =
      "bash: cat shared.txt; printenv PRAKTOR_DOWNLOADS; ptask create --name Sly --schedule +1h --prompt p; ptask list-groups";
    const task = await create({ name: "Apart", prompt, own_sandbox: true });
    await runNow(task);
    const said = await system.answerMatching(/seen by both/, owner, since);
    // Its browser clears away what it left unfinished: in a folder of its own.
    expect(said.text).toContain(`downloads/task-${task.id}\n`);
    expect((await system.ask("bash: printenv PRAKTOR_DOWNLOADS")).text).toBe("downloads");
    // The chat's turns may make tasks; this sandbox is known apart from them, also of the main group.
    expect(said.text).toMatch(/may not create or change tasks/);
    expect(said.text).toMatch(/Only the main group may do this/);
    expect(await over(task)).toMatchObject({ state: "succeeded", delivery: "sent" });
    const agents = z.array(z.object({ group_id: z.string() })).parse(await system.getJson("/api/agents"));
    expect(agents.map((agent) => agent.group_id)).toContain(`task-${task.id}`);
    const groups = z.array(z.object({ id: z.string() })).parse(await system.getJson("/api/groups"));
    expect(groups.map((group) => group.id)).not.toContain(`task-${task.id}`);

    const may = await create({ name: "Trusted", prompt, own_sandbox: true, may_manage_tasks: true });
    await runNow(may);
    await system.answerMatching(/Task created: /, owner, said.sequence);
    const listed = z.array(TaskView).parse(await system.getJson(`/api/tasks?group_id=${owner}`));
    expect(listed.filter(({ name }) => name === "Sly")).toMatchObject([{ group_id: String(owner) }]);

    await fetch(`${system.gateway.web}/api/tasks/${task.id}`, { method: "DELETE" });
    await expect
      .poll(async () => JSON.stringify(await system.getJson("/api/agents")), { timeout: 10_000 })
      .not.toContain(`task-${task.id}`);
  });

  test("only the main group's agent has the tools for all groups, and only it is answered", async () => {
    expect((await system.ask("tool mcp__praktor-main__list_groups {}")).text).toContain(`"id": "${friend}"`);
    const since = system.telegram.sequence;
    const word = JSON.stringify({ group_id: String(friend), text: "Dinner is ready." });
    await system.ask(`tool mcp__praktor-main__send_to_group ${word}`);
    await system.answerMatching(/^Dinner is ready\.$/, friend, since);
    expect((await system.ask("bash: ptask status")).text).toMatch(/^Praktor .*: /);
    const denied = await system.ask("bash: ptask list-groups", friend);
    expect(denied.text).toContain("Only the main group may do this");
    const body = JSON.stringify(system.model.requests.at(-1)?.body);
    expect(body).toContain("mcp__praktor-tasks__scheduled_task_create");
    expect(body).not.toContain("mcp__praktor-main__");
  });
});
