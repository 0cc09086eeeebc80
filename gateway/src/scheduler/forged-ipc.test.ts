/** What a hostile sandbox may send: whatever it is, nothing happens outside its own group. `PRAKTOR_LONG=1` sends 10,000. */
import {
  anything,
  constant,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  record,
  sample,
  string,
  type Arbitrary,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { IpcReply } from "@praktor/protocol/ipc";
import { silentLogger } from "../kit/logger.ts";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { IpcDesk } from "./ipc-desk.ts";
import { SchedulerBench } from "./testing/scheduler-bench.ts";

const databases = temporaryDatabases();
const messages = process.env["PRAKTOR_LONG"] === "1" ? 10_000 : 500;
const everyTask = { limit: 20_000, prompts: { wholeUpToBytes: 1e9, cutToCharacters: 0 } };
const hourly = { kind: "interval", interval_ms: 3_600_000 } as const;

async function open(
  may = true,
): Promise<{ bench: SchedulerBench; desk: IpcDesk; effects: string[]; errors: string[] }> {
  const bench = await SchedulerBench.open(databases.path(), Date.UTC(2026, 0, 1));
  await bench.store.groups.create({ id: "evil", name: "Evil", folder: "evil" });
  await bench.task({ id: "victim", schedule: hourly });
  await bench.task({ id: "mine", schedule: hourly, groupId: "main" });
  const effects: string[] = [];
  const errors: string[] = [];
  const desk = new IpcDesk({
    clock: bench.clock,
    tasks: bench.desk,
    groups: bench.store.groups,
    logger: { ...silentLogger, error: (fields) => errors.push(JSON.stringify(fields)) },
    mayManageTasks: async () => may,
    approvalTools: (groupId) => bench.store.approvals.tools(groupId),
    registerGroup: async ({ id, name }) => {
      effects.push(`registered ${id}`);
      const hidden = { kind: "chat", parentId: null, filesOf: null, swarmId: null } as const;
      return {
        id,
        name,
        folder: id,
        isMain: false,
        model: null,
        network: null,
        networkAllow: [],
        approvalHosts: [],
        dayBudgetUsd: "default",
        ...hidden,
        createdAt: 0,
      };
    },
    say: async (groupId, text) => void effects.push(`said in ${groupId}: ${text}`),
    swarms: {
      start: async (groupId) => {
        effects.push(`swarm of ${groupId}`);
        return { id: "swarm", text: "It runs." };
      },
      status: async () => "No swarm.",
    },
    status: async () => "All is well.",
  });
  return { bench, desk, effects, errors };
}

const types = constantFrom(
  "create_task",
  "create_task",
  "create_task",
  "list_tasks",
  "delete_task",
  "update_task",
  "pause_task",
  "resume_task",
  "run_task",
  "task_history",
  "list_groups",
  "register_group",
  "send_message",
  "start_swarm",
  "swarm_status",
  "status",
  "constructor",
  "__proto__",
);
const ids = constantFrom("victim", "mine", "home", "main", "evil", "*", "host.ipc.main", "", "__proto__");

/** As JSON text, because that is what arrives: only there is `__proto__` a key of its own. */
function forged(): Arbitrary<string> {
  const field = oneof(ids, jsonValue(), string(), constantFrom(true, null, 1e308, -1, "main", "true"));
  const payload = record(
    {
      id: ids,
      group_id: ids,
      groupID: ids,
      name: field,
      schedule: oneof(constantFrom("+1s", "* * * * * *", '{"kind":"once","at_ms":1}'), field),
      prompt: field,
      text: field,
      all: constant(true),
      is_main: constant(true),
      role: constant("main"),
      sender: constantFrom("user:1", "main"),
      enabled: field,
      may_manage_tasks: constant(true),
      limit: field,
    },
    { requiredKeys: [] },
  );
  const wellFormed = record(
    {
      name: constant("N"),
      schedule: constantFrom("@daily", "+1s"),
      prompt: constant("P"),
      id: ids,
      group_id: ids,
      may_manage_tasks: constant(true),
      text: constant("T"),
      task: constant("T"),
      template: constant("research"),
    },
    { requiredKeys: ["name", "schedule", "prompt"] },
  );
  const message = record(
    {
      type: types,
      payload: oneof(wellFormed, wellFormed, payload, jsonValue()),
      group_id: ids,
      role: constant("main"),
      is_main: constant(true),
    },
    { requiredKeys: ["type"] },
  ).map((value) => JSON.stringify(value).replaceAll('"role":', '"__proto__":'));
  const ownRight = constantFrom("@daily", "+1s").map((schedule) =>
    JSON.stringify({ type: "create_task", payload: { name: "N", schedule, prompt: "P" } }),
  );
  const deep = constantFrom(100, 5_000).map(
    (depth) => `{"type":"create_task","payload":${"[".repeat(depth)}${"]".repeat(depth)}}`,
  );
  const other = dictionary(string(), anything()).map(
    (value) =>
      JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : (part as unknown))) ?? "null",
  );
  return oneof(
    { weight: 20, arbitrary: message },
    { weight: 2, arbitrary: ownRight },
    { weight: 1, arbitrary: deep },
    { weight: 2, arbitrary: other },
  );
}

describe("forged messages of a sandbox", () => {
  test(`have no effect outside its group, and break nothing, ${messages} of them`, { timeout: 600_000 }, async () => {
    const { bench, desk, effects, errors } = await open();
    await using _ = bench;
    const others = async (): Promise<unknown> => [
      (await bench.store.tasks.page(everyTask)).filter((task) => task.groupId !== "evil"),
      await bench.store.groups.list(),
      await bench.store.runs.history("victim", 9),
      await bench.store.runs.history("mine", 9),
      await bench.store.messages.page({ groupId: "home", limit: 9 }),
      await bench.store.messages.page({ groupId: "main", limit: 9 }),
    ];
    const before = await others();
    let accepted = 0;
    for (const text of sample(forged(), messages)) {
      const reply = IpcReply.parse(await desk.handle("evil", JSON.parse(text)));
      if (!("ok" in reply)) continue;
      accepted += 1;
      expect(JSON.stringify(reply)).not.toMatch(/"(id|task_id)":"(victim|mine)"/);
    }
    expect(await others()).toEqual(before);
    expect(effects).toEqual([]);
    expect(errors).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect("role" in {}).toBe(false);
    // Some were its own good right, or the rest would prove nothing.
    expect(accepted).toBeGreaterThan(messages / 100);
  });

  test("a task of another group is as one that does not exist", async () => {
    const { bench, desk } = await open();
    await using _ = bench;
    for (const type of ["delete_task", "update_task", "pause_task", "resume_task", "run_task", "task_history"]) {
      expect(await desk.handle("evil", { type, payload: { id: "victim" } })).toEqual({
        error: 'There is no task "victim".',
      });
      expect(await desk.handle("evil", { type, payload: { id: "nothing" } })).toEqual({
        error: 'There is no task "nothing".',
      });
    }
    expect(await desk.handle("nobody", { type: "list_tasks", payload: {} })).toEqual({
      error: 'There is no group "nobody".',
    });
  });
});

describe("the main group", () => {
  test("may name any group, speak in it, and see all", async () => {
    const { bench, desk, effects } = await open();
    await using _ = bench;
    const ask = (type: string, payload: object = {}): Promise<IpcReply> => desk.handle("main", { type, payload });
    const created = await ask("create_task", { group_id: "home", name: "N", schedule: "@daily", prompt: "P" });
    expect(created).toMatchObject({
      ok: true,
      task: { group_id: "home", schedule_display: "every day at 00:00, UTC" },
    });
    const all = IpcReply.parse(await ask("list_tasks", { all: true }));
    expect("ok" in all && all.tasks?.map(({ name }) => name).toSorted()).toEqual(["N", "mine", "victim"]);
    expect(await ask("list_tasks")).toMatchObject({ tasks: [{ id: "mine" }] });
    expect(await ask("pause_task", { id: "victim" })).toMatchObject({ task: { status: "paused" } });
    expect(await ask("list_groups")).toMatchObject({
      groups: [{ id: "evil" }, { id: "home" }, { id: "main", is_main: true }],
    });
    expect(await ask("send_message", { group_id: "home", text: "Hello" })).toEqual({ ok: true, group_id: "home" });
    expect(await ask("register_group", { id: "new", name: "New" })).toEqual({ ok: true, id: "new" });
    expect(await ask("status")).toEqual({ ok: true, status: "All is well." });
    expect(effects).toEqual(["said in home: Hello", "registered new"]);
  });
});

test("no agent gives a task a shell that its group's people are not asked about, and none one of another group", async () => {
  const { bench, desk } = await open();
  await using _ = bench;
  const task = { name: "N", schedule: "@daily", prompt: "P" };
  const pre_check = "cp diary.txt taken.txt";
  const ask = (groupId: string, type: string, payload: object): Promise<IpcReply> =>
    desk.handle(groupId, { type, payload });
  expect(await ask("main", "create_task", { ...task, group_id: "home", pre_check })).toEqual({
    error: expect.stringMatching(/^An agent may not set pre_check of another group's task\./) as string,
  });
  expect(await ask("main", "update_task", { id: "victim", pre_check })).toHaveProperty("error");
  expect(await ask("main", "update_task", { id: "victim", own_sandbox: true })).toHaveProperty("error");
  expect(await ask("main", "update_task", { id: "victim", prompt: "Do it well." })).toHaveProperty("ok");

  expect(await ask("home", "update_task", { id: "victim", pre_check: "true" })).toHaveProperty("ok");
  await bench.store.approvals.setTools("home", ["Bash"]);
  const refused = { error: expect.stringMatching(/asked before this command is run/) as string };
  expect(await ask("home", "create_task", { ...task, pre_check })).toEqual(refused);
  expect(await ask("home", "update_task", { id: "victim", pre_check })).toEqual(refused);
  expect(await bench.store.tasks.get("victim")).toMatchObject({ preCheck: "true", ownSandbox: false });
  expect(await bench.desk.list("home")).toHaveLength(1);
});

test("a task's own sandbox asks for its group alone, also when that is the main one; a swarm's member asks for nothing", async () => {
  const { bench, desk, effects } = await open();
  await using _ = bench;
  const { id } = await bench.store.groups.ofTask({ id: "mine", name: "mine", groupId: "main" });
  const ask = (type: string, payload: object = {}): Promise<IpcReply> => desk.handle(id, { type, payload });
  expect(await ask("list_tasks")).toMatchObject({ tasks: [{ id: "mine" }] });
  expect(await ask("create_task", { name: "N", schedule: "@daily", prompt: "P" })).toMatchObject({
    task: { group_id: "main" },
  });
  expect(await ask("delete_task", { id: "victim" })).toEqual({ error: 'There is no task "victim".' });
  const word = { group_id: "home", text: "Hello", name: "N", schedule: "@daily", prompt: "P", all: true, id: "new" };
  for (const type of ["list_groups", "register_group", "send_message", "status", "create_task", "list_tasks"]) {
    expect(await ask(type, word)).toEqual({ error: expect.stringMatching(/^Only the main group/) as string });
  }
  bench.connection.exec(
    "insert into groups (id, name, folder, is_main, created_at, kind, parent_id) values ('m', 'm', 'm', 0, 1, 'member', 'main')",
  );
  expect(await desk.handle("m", { type: "list_tasks", payload: {} })).toEqual({ error: 'There is no group "m".' });
  expect(effects).toEqual([]);
});

test("a request that comes twice makes one task", async () => {
  const { bench, desk } = await open();
  await using _ = bench;
  const request = { type: "create_task", payload: { name: "N", schedule: "+5m", prompt: "P", key: "k" } };
  const first = await desk.handle("evil", request);
  expect(await desk.handle("evil", request)).toEqual(first);
  expect(await bench.desk.list("evil")).toHaveLength(1);
  expect(await desk.handle("home", request)).not.toEqual(first);
});

test("runs of a task that may not manage tasks can look, and change nothing", async () => {
  const { bench, desk } = await open(false);
  await using _ = bench;
  const ask = (type: string, payload: object): Promise<IpcReply> => desk.handle("home", { type, payload });
  expect(await ask("list_tasks", {})).toMatchObject({ tasks: [{ id: "victim" }] });
  expect(await ask("create_task", { name: "N", schedule: "@daily", prompt: "P" })).toEqual({
    error: expect.stringMatching(/may not create or change tasks/) as string,
  });
  expect(await ask("delete_task", { id: "victim" })).toHaveProperty("error");
  expect(await bench.desk.list("home")).toHaveLength(1);
});
