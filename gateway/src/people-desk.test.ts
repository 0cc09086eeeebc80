import { expect, test } from "vitest";
import type { AuditEntry } from "./kit/audit.ts";
import { timeSortedIds } from "./kit/ids.ts";
import { silentLogger } from "./kit/logger.ts";
import { PeopleDesk } from "./people-desk.ts";
import { TaskDesk } from "./scheduler/task-desk.ts";
import { Channels } from "./telegram/channels.ts";
import { Pairing } from "./telegram/pairing.ts";
import { BotTestBench } from "./telegram/testing/bot-test-bench.ts";

const clock = { now: () => 1_000_000 };
/** Private chats of both, Bob's channel, a Telegram group of both, one in which only Bob writes, and one of Bob and the page. */
const groups = ["7", "8", "-100", "-50", "-60", "-70"];

/** Ada (7) and Bob (8) were let in; every group has a task. */
async function start(bench: BotTestBench, allowFrom: string[] = []) {
  const { store } = bench;
  const kept: AuditEntry[] = [];
  const stopped: string[] = [];
  const cancelled: string[] = [];
  const told: string[] = [];
  const ids = timeSortedIds(clock);
  const pairing = await Pairing.load(store.settings, clock);
  const channels = await Channels.load(store.settings, clock);
  const desk = new TaskDesk({
    store,
    clock,
    ids,
    timezone: "UTC",
    scheduler: { wake: () => {}, runNow: async () => null },
    stopTurn: async () => {},
    removeSandbox: async () => {},
    publish: () => {},
  });
  for (const id of ["7", "8"]) await pairing.enter({ id, name: `U${id}` }, (await pairing.offer()).code, true);
  await channels.add(-100, "His news", "8");
  for (const id of groups) {
    await store.groups.create({ id, name: id, folder: `chat${id}` });
    const address = { channel: "telegram", chatId: id } as const;
    await store.conversations.ensure({ groupId: id, kind: "chat", address, title: id });
    await desk.create({ group_id: id, name: `task of ${id}`, schedule: "0 9 * * *", prompt: "x" });
  }
  const conversationOf = async (chatId: string): Promise<string> =>
    (await store.conversations.byAddress({ channel: "telegram", chatId }))?.id ?? "";
  const say = async (groupId: string, person: string): Promise<string> =>
    (
      await store.inbox.submit({
        conversationId: await conversationOf(groupId),
        sender: `user:${person}`,
        content: "do something",
      })
    ).turn.id;
  const people = (named: readonly string[], tasks: Pick<TaskDesk, "list" | "pause"> = desk): PeopleDesk =>
    new PeopleDesk({
      pairing,
      channels,
      allowFrom: named,
      store,
      tasks,
      swarms: { cancel: async (id, why) => cancelled.push(`${id}: ${why}`) as never },
      assistant: {
        stopTurn: async (turnId) => stopped.push(turnId) > 0,
        stopAgent: async (groupId) => {
          stopped.push(`sandbox ${groupId}`);
          // Until it ended it could make tasks.
          if (groupId === "8") await desk.create({ group_id: "8", name: "late", schedule: "0 9 * * *", prompt: "x" });
          return true;
        },
      },
      audit: { record: (entry) => void kept.push(entry) },
      logger: silentLogger,
      tellMain: async (markdown) => void told.push(markdown),
    });
  const swarm = async (id: string, groupId: string): Promise<void> => {
    const agents = [{ role: "a", prompt: "p" }];
    const limits = { node_ms: 60_000, run_ms: 60_000, tokens: null, cost_usd: null };
    const nodes = [{ role: "a", memberId: `m-${id}`, prompt: "p", groupFolder: null, filesOf: null, model: null }];
    const conversationId = await conversationOf(groupId);
    const run = { id, groupId, conversationId, name: id, task: "t", agents, edges: [], lead: "a", limits, nodes };
    await store.swarms.create(run);
  };
  const state = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await desk.list()).map(({ name, status, paused_reason: why }) => [
        name,
        why === null ? status : `${status}: ${why}`,
      ]),
    );
  return { people, desk, pairing, kept, stopped, cancelled, told, say, swarm, state, allowFrom };
}

const isPaused = "paused: U8 may not talk to the bot any more.";

test("who is removed takes along what they alone have begun, and nothing of what others write in", async () => {
  await using bench = await BotTestBench.start();
  const { people, desk, kept, stopped, cancelled, say, swarm, state } = await start(bench);
  const queued = await say("8", "8");
  await say("-60", "8");
  await say("-50", "8");
  const ofAda = await say("7", "7");
  const adasInShared = await say("-50", "7");
  await say("-70", "web");
  await say("-70", "8");
  for (const id of ["8", "-60", "-50", "7"]) await swarm(`run-of${id}`, id);
  const page = people([]);
  expect(page.view().channels).toMatchObject([{ title: "His news", added_by: "8", is_answered: true }]);
  expect(await page.remove("8")).toBe(true);
  expect(await state()).toEqual({
    "task of 7": "active",
    "task of 8": isPaused,
    late: isPaused,
    "task of -100": isPaused,
    "task of -50": "active",
    "task of -60": isPaused,
    "task of -70": "active",
  });
  expect(stopped).toEqual(expect.arrayContaining([queued, "sandbox 8", "sandbox -100", "sandbox -60"]));
  for (const left of [ofAda, adasInShared, "sandbox -50", "sandbox -70", "sandbox 7"])
    expect(stopped).not.toContain(left);
  expect(cancelled.toSorted()).toEqual([
    "run-of-60: The person whose it was may not talk to the bot any more. It can be run again on its page.",
    "run-of8: The person whose it was may not talk to the bot any more. It can be run again on its page.",
  ]);
  const actions = kept.map(({ action, groupId }) => `${action} ${groupId}`);
  expect(actions).toEqual(expect.arrayContaining(["task.pause -100", "swarm.cancel 8"]));
  expect(page.view().channels).toMatchObject([{ added_by: "8", is_answered: false }]);
  expect(await page.remove("8")).toBe(false);
  // The owner takes it up again, and nothing of the reason stays.
  const [task] = await desk.list("8");
  expect(await desk.update(task?.id ?? "", { enabled: true })).toMatchObject({ status: "active", paused_reason: null });
  expect(await desk.update(task?.id ?? "", { enabled: false })).toMatchObject({
    status: "paused",
    paused_reason: null,
  });
});

test("in a group of several the turns that only they asked for are stopped", async () => {
  await using bench = await BotTestBench.start();
  const { people, stopped, say } = await start(bench);
  const ofAda = await say("-50", "7");
  expect(await say("-50", "8")).toBe(ofAda);
  const ofBob = await say("-70", "8");
  await bench.store.turns.claim({
    conversationId: (await bench.store.turns.get(ofBob))?.conversationId ?? "",
    epoch: 1,
    deadlineAt: 2_000_000,
  });
  const fromPage = await say("-70", "web");
  expect(await people([]).remove("8")).toBe(true);
  expect(stopped).toContain(ofBob);
  for (const left of [ofAda, fromPage]) expect(stopped).not.toContain(left);
});

test("who may talk by the settings as well keeps everything", async () => {
  await using bench = await BotTestBench.start();
  const { people, stopped, state } = await start(bench);
  const named = people(["8"]);
  expect(await named.remove("8")).toBe(true);
  expect([stopped, (await state())["task of 8"]]).toEqual([[], "active"]);
  expect(named.view().channels).toMatchObject([{ is_answered: true }]);
});

test("an id that is taken out of the settings is as one removed on the page, once", async () => {
  await using bench = await BotTestBench.start();
  const { people, desk, pairing, stopped, told, say, state } = await start(bench);
  await pairing.remove("8");
  await say("-50", "7");
  await say("-50", "8");
  await people(["7", "8"]).settingsRead();
  await people(["7", "8"]).settingsRead();
  expect([stopped, told]).toEqual([[], []]);
  await people(["7"]).settingsRead();
  expect((await state())["task of 8"]).toBe(
    "paused: The person of the Telegram id 8 may not talk to the bot any more.",
  );
  expect((await state())["task of -50"]).toBe("active");
  expect(stopped).toContain("sandbox 8");
  expect(told).toEqual([expect.stringMatching(/The id 8 was taken out.*3 tasks are paused.*Others write in \*\*.*50/)]);
  for (const { id } of await desk.list("8")) await desk.update(id, { enabled: true });
  await people(["7"]).settingsRead();
  expect((await state())["task of 8"]).toBe("active");
  // Somebody who paired besides stays: only the setting is gone.
  await people([]).settingsRead();
  expect((await state())["task of 7"]).toBe("active");
});

test("what could not be ended then is ended by the next start", async () => {
  await using bench = await BotTestBench.start();
  const { people, desk, pairing, told, state } = await start(bench);
  await pairing.remove("8");
  await people(["7", "8"]).settingsRead();
  const full = { list: (id?: string) => desk.list(id), pause: () => Promise.reject(new Error("the disk is full")) };
  await people(["7"], full).settingsRead();
  expect(told.at(-1)).toMatch(/0 tasks are paused.*Not all of it could be ended/);
  await people(["7"]).settingsRead();
  expect((await state())["task of 8"]).toMatch(/^paused/);
  expect(told.at(-1)).not.toContain("Not all of it");
});
