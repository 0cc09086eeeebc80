import { expect, test } from "vitest";
import { IpcReply } from "@praktor/protocol/ipc";
import { silentLogger } from "../kit/logger.ts";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { IpcDesk } from "./ipc-desk.ts";
import { SchedulerBench } from "./testing/scheduler-bench.ts";

const databases = temporaryDatabases();
const hourly = { kind: "interval", interval_ms: 3_600_000 } as const;
const wish = { group_id: "home", name: "N", schedule: "@daily", prompt: "P" };
/** Of one NATS message. */
const largestBytes = 1024 * 1024;

/** As if the group had asked for each; the first is `task` and is already there. */
function copies(bench: SchedulerBench, count: number, prompt: string, groupId = "home"): void {
  const columns =
    "schedule, timezone, context_mode, overlap, catch_up, grace_ms, may_manage_tasks, anchor_at, updated_at";
  bench.connection
    .prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
       insert into scheduled_tasks (id, group_id, name, prompt, status, created_at, ${columns})
       select ? || '-copy-' || i, ?, 'copy', ?, 'active', created_at + i / 2, ${columns} from n, scheduled_tasks where id = 'task'`,
    )
    .run(count, groupId, groupId, prompt);
}

async function open(): Promise<{
  bench: SchedulerBench;
  desk: IpcDesk;
  ask: (groupId: string, payload: object) => Promise<string>;
}> {
  const bench = await SchedulerBench.open(databases.path(), Date.UTC(2026, 0, 1));
  await bench.task({ id: "task", schedule: hourly });
  const desk = new IpcDesk({
    clock: bench.clock,
    tasks: bench.desk,
    groups: bench.store.groups,
    logger: silentLogger,
    mayManageTasks: async () => true,
    approvalTools: async () => [],
    registerGroup: () => Promise.reject(new Error("not here")),
    say: async () => {},
    swarms: { start: () => Promise.reject(new Error("not here")), status: async () => "" },
    status: async () => "",
  });
  const ask = async (groupId: string, payload: object): Promise<string> =>
    JSON.stringify(await desk.handle(groupId, { type: "list_tasks", payload }));
  return { bench, desk, ask };
}

test("a group has a thousand tasks at most, and those that are over make room for a new one", async () => {
  const { bench } = await open();
  await using _ = bench;
  copies(bench, 998, "P");
  await bench.desk.create(wish);
  await expect(bench.desk.create(wish)).rejects.toThrow("This group has 1000 tasks already");
  // Of another group there are none.
  await bench.desk.create({ ...wish, group_id: "main" });
  await bench.store.tasks.update("home-copy-7", { status: "completed" });
  await bench.desk.create(wish);
  expect(await bench.store.tasks.get("home-copy-7")).toBeNull();
  expect(await bench.store.tasks.use("home")).toMatchObject({ tasks: 1_000 });
  await expect(bench.desk.create(wish)).rejects.toThrow("1000 tasks already");
});

test("who had many more that are over makes room little by little, and loses none to a request that makes none", async () => {
  const { bench } = await open();
  await using _ = bench;
  copies(bench, 1_100, "P");
  bench.connection.prepare("update scheduled_tasks set status = 'completed' where id like '%copy%'").run();
  await expect(bench.desk.create({ ...wish, schedule: "when it rains" })).rejects.toThrow(/schedule/i);
  expect(await bench.store.tasks.use("home")).toMatchObject({ tasks: 1_101 });
  const { id } = await bench.desk.create(wish, "key");
  expect(await bench.store.tasks.use("home")).toMatchObject({ tasks: 1_082 });
  expect((await bench.desk.create(wish, "key")).id).toBe(id);
  for (let made = 0; made < 6; made += 1) await bench.desk.create(wish);
  expect(await bench.store.tasks.use("home")).toMatchObject({ tasks: 1_000 });
});

test("the prompts of a group hold 4 MB in all, whether they are made or changed", async () => {
  const { bench } = await open();
  await using _ = bench;
  copies(bench, 39, "é".repeat(50_000));
  const long = { ...wish, prompt: "x".repeat(100_000) };
  const { id } = await bench.desk.create({ ...long, prompt: "x".repeat(99_000) });
  await expect(bench.desk.create(long)).rejects.toThrow("more than 4 MB");
  await expect(bench.desk.update("task", { pre_check: "é".repeat(3_000) })).rejects.toThrow("more than 4 MB");
  await bench.desk.update(id, { prompt: "short" });
  await bench.desk.update("task", { pre_check: "é".repeat(3_000) });
  await bench.desk.update("task", { pre_check: null, prompt: "shorter" });
});

test("what a sandbox lists fits into one message, page by page, whatever the tasks say", async () => {
  const { bench, ask } = await open();
  await using _ = bench;
  // What was stored before there was a bound; in JSON each of these characters takes six bytes.
  copies(bench, 250, "\u0001".repeat(100_000));
  copies(bench, 60, "\u0001".repeat(4_000), "main");
  for (const [groupId, payload, count] of [
    ["home", {}, 251],
    ["main", { all: true }, 311],
  ] as const) {
    const seen: string[] = [];
    let after: object | undefined;
    do {
      const text = await ask(groupId, { ...payload, after });
      expect(Buffer.byteLength(text)).toBeLessThan(largestBytes);
      const reply = IpcReply.parse(JSON.parse(text));
      if (!("ok" in reply)) throw new Error(reply.error);
      for (const task of reply.tasks ?? []) {
        seen.push(task.id);
        expect(task.prompt_cut === true).toBe(task.group_id === "home" && task.id !== "task");
      }
      after = reply.next;
    } while (after !== undefined);
    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  }
  const alone = await ask("home", { id: "home-copy-9" });
  expect(Buffer.byteLength(alone)).toBeLessThan(largestBytes);
  expect(IpcReply.parse(JSON.parse(alone))).toMatchObject({ tasks: [{ prompt: "\u0001".repeat(100_000) }] });
  expect(await ask("home", { id: "main-copy-1" })).toContain("There is no task");
});

test("an agent that changes things without end is refused after a burst, and may go on later; it may look all the time", async () => {
  const { bench, desk } = await open();
  await using _ = bench;
  const change = (groupId: string) => desk.handle(groupId, { type: "run_task", payload: { id: "nowhere" } });
  for (let count = 0; count < 500; count += 1) await change("home");
  expect(await change("home")).toEqual({
    error: "This agent has changed too much in a short time. Try again in 1 s.",
  });
  expect(await desk.handle("home", { type: "list_tasks", payload: {} })).toMatchObject({ tasks: [{ id: "task" }] });
  expect(await change("main")).toMatchObject({ error: expect.stringContaining("There is no task") });
  bench.now += 1_000;
  expect(await change("home")).toMatchObject({ error: expect.stringContaining("There is no task") });
  expect(await change("home")).toMatchObject({ error: expect.stringContaining("too much") });
});

test("a list of everybody's tasks is whole, the oldest first, with prompts cut only where a group says much", async () => {
  const { bench } = await open();
  await using _ = bench;
  copies(bench, 220, "x".repeat(2_000));
  copies(bench, 2, "y".repeat(2_000), "main");
  const listed = await bench.desk.list();
  expect(listed).toHaveLength(223);
  const cut = listed.filter((task) => task.prompt_cut === true);
  expect(cut).toHaveLength(220);
  expect(cut.every((task) => task.group_id === "home" && task.prompt === "x".repeat(500))).toBe(true);
  expect(listed.slice(0, 4).map((task) => task.group_id)).toContain("main");
  expect(await bench.desk.get("home-copy-3")).not.toHaveProperty("prompt_cut");
});
