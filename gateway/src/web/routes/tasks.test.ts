import { SchedulePreview, TaskRunView, TaskView } from "@praktor/protocol/tasks";
import { ErrorBody } from "@praktor/protocol/rest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Redactor } from "../../vault/redactor.ts";
import { Harness } from "../testing/harness.ts";
import { type Answer, failure, type Sent } from "../testing/send.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.startAtHome();
});
afterAll(() => harness[Symbol.asyncDispose]());

const send = (sent: Sent): Promise<Answer> => harness.send(sent);
/** What a browser would prove with its Origin. */
const headers = { "content-type": "application/json" };
const body = { group_id: "home", name: "News", schedule: "0 9 * * 1-5", timezone: "Europe/Athens", prompt: "The news" };
const create = async (change: object = {}): Promise<TaskView> => {
  const answer = await send({ method: "POST", path: "/api/tasks", body: { ...body, ...change } });
  expect(answer.status).toBe(201);
  return TaskView.parse(answer.json);
};

describe("tasks", () => {
  test("are made, shown, listed, changed, paused, resumed and deleted", async () => {
    const task = await create();
    expect(task).toMatchObject({
      schedule: '{"kind":"cron","cron_expr":"0 9 * * 1-5"}',
      schedule_display: "every weekday at 09:00, Europe/Athens",
      group_name: "Home",
      enabled: true,
      status: "active",
      last_run: null,
      // The harness's clock stands at Friday, 2 January 2026, 03:04 UTC.
      next_run: "2026-01-02T07:00:00.000Z",
    });
    expect(TaskView.parse((await send({ path: `/api/tasks/${task.id}` })).json)).toEqual(task);
    expect(z.array(TaskView).parse((await send({ path: "/api/tasks?group_id=home" })).json)).toEqual([task]);
    expect((await send({ path: "/api/tasks?group_id=other" })).json).toEqual([]);

    const path = `/api/tasks/${task.id}`;
    const changed = await send({ method: "PUT", path, body: { schedule: "30 8 * * *", timezone: "UTC" } });
    expect(changed.json).toMatchObject({ name: "News", next_run: "2026-01-02T08:30:00.000Z" });
    // A script may name a change of some fields either way.
    const named = await send({ method: "PATCH", path, body: { name: "Evening news" } });
    expect(named.json).toMatchObject({ name: "Evening news", next_run: "2026-01-02T08:30:00.000Z" });
    const wrong = await send({ method: "POST", path, body: { name: "x" } });
    expect(failure(wrong)).toMatch(
      /^405 method_not_allowed: \/api\/tasks\/\w+ takes no POST, but GET, PUT, PATCH, DELETE\./,
    );
    expect(wrong.headers.allow).toBe("GET, PUT, PATCH, DELETE");
    const paused = await send({ method: "POST", path: `${path}/pause`, headers });
    expect(paused.json).toMatchObject({ enabled: false, status: "paused", next_run: null });
    const resumed = await send({ method: "POST", path: `${path}/resume`, headers });
    expect(resumed.json).toMatchObject({ enabled: true, status: "active", next_run: "2026-01-02T08:30:00.000Z" });
    expect((await send({ method: "DELETE", path })).json).toEqual({ status: "deleted" });
    expect(failure(await send({ method: "DELETE", path }))).toMatch(/^404 not_found: There is no task/);
  });

  test("run now, once at a time, and tell their runs", async () => {
    const { id } = await create();
    const run = await send({ method: "POST", path: `/api/tasks/${id}/run`, headers });
    expect(run.status).toBe(202);
    expect(TaskRunView.parse(run.json)).toMatchObject({ task_id: id, trigger: "manual", state: "queued", tries: 1 });
    harness.clock.advance(5);
    expect((await send({ method: "POST", path: `/api/tasks/${id}/run`, headers })).json).toMatchObject({
      state: "skipped",
    });
    const runs = z.array(TaskRunView).parse((await send({ path: `/api/tasks/${id}/history?limit=5` })).json);
    expect(runs.map((one) => one.state)).toEqual(["skipped", "queued"]);
  });

  test("an update of other things moves no interval and repeats no single run", async () => {
    const every = await create({ schedule: '{"kind":"interval","interval_ms":3600000}' });
    const once = await create({ schedule: "+1h" });
    harness.clock.advance(60_000);
    for (const { id, next_run: nextRun } of [every, once]) {
      const answer = await send({ method: "PUT", path: `/api/tasks/${id}`, body: { name: "Another" } });
      expect(answer.json).toMatchObject({ name: "Another", next_run: nextRun });
    }
  });

  test("that cannot be are refused with what would be right", async () => {
    const refused = async (change: object): Promise<string> =>
      failure(await send({ method: "POST", path: "/api/tasks", body: { ...body, ...change } }));
    expect(await refused({ schedule: "0 9 * *" })).toMatch(/^400 invalid: "0 9 \* \*" is no schedule: .*fewer than 5/);
    expect(await refused({ schedule: "0 0 30 2 *" })).toMatch(/never due/);
    expect(await refused({ schedule: "{broken" })).toMatch(/begins like JSON/);
    expect(await refused({ timezone: "Europe/Atlantis" })).toMatch(/^400 invalid: "Europe\/Atlantis" is no time zone/);
    expect(await refused({ timezone: "+02:00" })).toMatch(/no time zone/);
    expect(await refused({ group_id: "nobody" })).toMatch(/^404 not_found/);
    expect(await refused({ name: " " })).toBe("400 invalid: The request is not valid: name must not be empty.");
    expect(await refused({ max_cost: 2 })).toBe(
      '400 invalid: The request is not valid: the body has no field "max_cost": did you mean "max_cost_usd"?',
    );
    expect(await refused({ schedule: { kind: "interval", interval_ms: 5 } })).toMatch(
      /is no schedule: interval_ms must be 1000 \(one second\) or more\./,
    );
    expect(await refused({ schedule: { kind: "cron", cron_expr: "@daily", timezone: "UTC" } })).toMatch(
      /has no field "timezone": it may have kind, cron_expr, interval_ms, at_ms/,
    );
  });

  test("a schedule that is nested without end is refused as no JSON of ours", async () => {
    const schedule = `{"kind":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    const text = JSON.stringify(body).replace(JSON.stringify(body.schedule), schedule);
    const answer = await send({ method: "POST", path: "/api/tasks", headers, body: text });
    expect(failure(answer)).toBe("400 invalid_json: The body is nested too deeply.");
  });

  test("all that is wrong is told at once, each with its field", async () => {
    const faults = async (change: object): Promise<string[]> => {
      const answer = await send({ method: "POST", path: "/api/tasks", body: { ...body, ...change } });
      return (ErrorBody.parse(answer.json).error.faults ?? []).map(({ field, message }) => `${field}: ${message}`);
    };
    const both = { timezone: "Europe/Atlantis", schedule: "at noon" };
    const told = [
      expect.stringMatching(/^timezone: "Europe\/Atlantis" is no time zone\. Use/),
      expect.stringMatching(/^schedule: "at noon" is no schedule: it has fewer than 5 fields\. Write/),
    ];
    expect(await faults(both)).toEqual(told);
    expect(await faults({ ...both, name: "", max_turns: 0.5 })).toEqual([
      "name: must not be empty",
      "max_turns: must be a whole number",
      ...told,
    ]);
    expect(await faults({ name: "" })).toEqual(["name: must not be empty"]);
    expect(await faults({ schedule: "", timezone: "Europe/Atlantis" })).toHaveLength(2);
    expect(await faults({ context_mode: "group", own_sandbox: true, timezone: "x" })).toEqual([
      expect.stringMatching(/^timezone: /),
      expect.stringMatching(/^context_mode: A task with a sandbox of its own/),
    ]);
    const { id } = await create();
    const answer = await send({ method: "PUT", path: `/api/tasks/${id}`, body: { name: "", timezone: "x" } });
    expect(ErrorBody.parse(answer.json).error.message).toMatch(/name must not be empty\. "x" is no time zone\./);
  });

  test("a schedule may be the stored JSON, as text and as what it is", async () => {
    const asked = { kind: "cron", cron_expr: "0 9 * * 1-5", interval_ms: 0, at_ms: 0 };
    const [object, text] = [await create({ schedule: asked }), await create({ schedule: JSON.stringify(asked) })];
    expect([object.schedule, text.schedule]).toEqual([object.schedule, '{"kind":"cron","cron_expr":"0 9 * * 1-5"}']);
    const path = `/api/tasks/${object.id}`;
    const changed = await send({ method: "PUT", path, body: { schedule: { kind: "interval", interval_ms: 60_000 } } });
    expect(changed.json).toMatchObject({ schedule: '{"kind":"interval","interval_ms":60000}' });
  });

  test("a single moment must be one to come; one that has passed since may stay", async () => {
    const now = harness.clock.now();
    const past = { kind: "once", at_ms: now - 3_600_000 };
    const refused = await send({ method: "POST", path: "/api/tasks", body: { ...body, schedule: past } });
    expect(failure(refused)).toMatch(/ is past: in Europe\/Athens it is now Friday,? 2 January 2026 at 05:0\d\. Give/);
    const task = await create({ schedule: { kind: "once", at_ms: now + 60_000 } });
    const path = `/api/tasks/${task.id}`;
    expect(failure(await send({ method: "PUT", path, body: { schedule: past } }))).toMatch(/ is past: /);
    harness.clock.advance(3_600_000);
    const renamed = await send({ method: "PUT", path, body: { name: "Late", schedule: task.schedule } });
    expect(renamed.json).toMatchObject({ name: "Late", schedule: task.schedule });
  });

  test("keep the secrets in them when they are saved as they were shown, and lose none to [redacted]", async () => {
    const secret = "ghp_0123456789abcdef";
    const redactor = new Redactor();
    redactor.know("settings", [secret]);
    const stored = {
      name: `With ${secret}`,
      prompt: `Ask\r\n${secret}, then [redacted]`,
      pre_check: `curl -H ${secret} x`,
    };
    await using other = await Harness.start({
      redactor: { redact: (text) => redactor.redact(text), redactDeep: (value) => redactor.redactDeep(value) },
    });
    await other.send({ method: "POST", path: "/api/groups", body: { id: "home", name: "Home", folder: "home" } });
    const made = await other.send({ method: "POST", path: "/api/tasks", body: { ...body, ...stored } });
    const { id, name, prompt, pre_check: preCheck } = TaskView.parse(made.json);
    const put = (change: object) => other.send({ method: "PUT", path: `/api/tasks/${id}`, body: change });
    const now = async () => await other.store.tasks.get(id);
    expect(prompt).toBe("Ask\r\n[redacted], then [redacted]");
    const kept = { name: stored.name, prompt: stored.prompt, preCheck: stored.pre_check };

    const saved = await put({ name, prompt, pre_check: preCheck, schedule: "0 8 * * *" });
    expect(saved.json).toMatchObject({
      name,
      prompt,
      pre_check: preCheck,
      schedule_display: expect.stringContaining("08:00"),
    });
    expect(await now()).toMatchObject(kept);

    for (const field of ["name", "prompt", "pre_check"]) {
      const refused = await put({ [field]: "Now [redacted]", timezone: "UTC" });
      expect(failure(refused)).toContain(`400 invalid: The request is not valid: ${field} must not hold [redacted]`);
      expect(ErrorBody.parse(refused.json).error.faults).toMatchObject([{ field }]);
    }
    expect(await now()).toMatchObject({ ...kept, timezone: "Europe/Athens" });

    await put({ prompt: "The news, without it", pre_check: null });
    expect(await now()).toMatchObject({ name: stored.name, prompt: "The news, without it", preCheck: null });
    await put({ prompt: "What does [redacted] mean?" });
    expect(await now()).toMatchObject({ prompt: "What does [redacted] mean?" });
    expect((await other.send({ method: "PUT", path: "/api/tasks/nobody", body: { prompt } })).status).toBe(404);
  });

  test("stays in its group", async () => {
    const { id } = await create();
    const put = (change: object): Promise<Answer> => send({ method: "PUT", path: `/api/tasks/${id}`, body: change });
    expect((await put({ group_id: "home", name: "Same" })).json).toMatchObject({ name: "Same", group_id: "home" });
    expect(failure(await put({ group_id: "other" }))).toMatch(/^409 conflict: A task stays in its group\./);
  });

  test("a schedule is explained before there is a task", async () => {
    const query = new URLSearchParams({ schedule: "0 9 L * *", timezone: "Europe/Athens" });
    const preview = SchedulePreview.parse((await send({ path: `/api/schedule?${query.toString()}` })).json);
    expect(preview.schedule_display).toBe("on the last day of the month at 09:00, Europe/Athens");
    expect(preview.next_runs).toHaveLength(5);
    expect(preview.next_runs[0]).toBe("2026-01-31T07:00:00.000Z");
    expect(failure(await send({ path: "/api/schedule?schedule=x" }))).toMatch(/^400 invalid/);
  });
});
