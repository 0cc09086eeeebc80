/** Scheduled tasks on real parts: made by the agent in its sandbox, run when they are due, answered in Telegram. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TaskRunView, TaskView } from "@praktor/protocol/tasks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { owner, System } from "./support/system.ts";

const Tasks = z.array(TaskView);
const Runs = z.array(TaskRunView);

describe("scheduled tasks with process sandboxes", { timeout: 60_000 }, () => {
  let system: System;
  beforeAll(async () => {
    system = await System.prepare();
    const config = join(system.folder, "praktor.yaml");
    await writeFile(config, "scheduler:\n  poll_interval: 10m\n");
    Object.assign(system.environmentOfGateway, { PRAKTOR_CONFIG: config });
    await system.startGateway();
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const tasks = async (): Promise<TaskView[]> => Tasks.parse(await system.getJson("/api/tasks"));
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(system.gateway.web + path, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return await answer.json();
  };

  test("ptask in the sandbox makes a task due in 2 s, and its answer arrives in the chat", async () => {
    const since = system.telegram.sequence;
    system.say('bash: ptask create --name Tea --schedule +2s --prompt "echo the tea is ready"; ptask list');
    const made = await system.answerMatching(/Task created: [a-z0-9]+/, owner, since);
    expect(made.text).toMatch(/[a-z0-9]+ {2}active {2}Tea {2}\[/);
    await system.answerMatching(/^the tea is ready$/, owner, since);
    await expect
      .poll(tasks)
      .toMatchObject([{ name: "Tea", status: "completed", last_status: "succeeded", next_run: null }]);
    const [task] = await tasks();
    await expect
      .poll(async () => Runs.parse(await system.getJson(`/api/tasks/${task?.id}/history`)))
      .toMatchObject([{ state: "succeeded", delivery: "sent" }]);
    const [run] = Runs.parse(await system.getJson(`/api/tasks/${task?.id}/history`));
    // By its timer: the next look of the poll is ten minutes away.
    expect(Date.parse(run?.started_at ?? "") - Date.parse(run?.scheduled_for ?? "")).toBeLessThan(60_000);
  });

  test("a run that a killed gateway left behind is taken up, once", async () => {
    const since = system.telegram.sequence;
    const task = TaskView.parse(
      await send("POST", "/api/tasks", {
        group_id: String(owner),
        name: "Slow",
        schedule: "+1s",
        prompt: "slow 3000: after the night",
      }),
    );
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("slow 3000")),
      "the slow call",
    );
    await system.crash();
    await system.answerMatching(/after the night/, owner, since);
    await delay(500);
    expect(system.answers().filter((text) => text.includes("after the night"))).toHaveLength(1);
    expect(Runs.parse(await system.getJson(`/api/tasks/${task.id}/history`))).toHaveLength(1);
  });

  test("a task that was due while Praktor was down runs late, in the group's own conversation when it asks for that", async () => {
    const since = system.telegram.sequence;
    await send("POST", "/api/tasks", {
      group_id: String(owner),
      name: "Missed",
      schedule: "+2s",
      prompt: "echo better late than never",
      context_mode: "group",
    });
    await system.gateway.end("SIGKILL");
    await delay(3_000);
    await system.startGateway();
    const late = await system.answerMatching(/^better late than never$/, owner, since);
    expect(late.chatId).toBe(owner);
  });

  test("/tasks lists them in the chat", async () => {
    await send("POST", "/api/tasks", {
      group_id: String(owner),
      name: "News",
      schedule: "0 9 * * 1-5",
      timezone: "Europe/Athens",
      prompt: "echo news",
    });
    expect((await system.ask("/tasks")).text).toMatch(/News: every weekday at 09:00, Europe\/Athens/);
    expect(await system.getJson("/api/status")).toMatchObject({ pending_tasks: 1 });
  });
});
