import { expect, test } from "vitest";
import type { AuditEntry } from "./kit/audit.ts";
import { silentLogger } from "./kit/logger.ts";
import { PeopleDesk } from "./people-desk.ts";
import { Channels } from "./telegram/channels.ts";
import { Pairing } from "./telegram/pairing.ts";
import { BotTestBench } from "./telegram/testing/bot-test-bench.ts";

const clock = { now: () => 1_000_000 };

/** Ada (7) and Bob (8) were let in; both have a chat with a task, Bob a channel too, and there is a group of both. */
async function start(bench: BotTestBench, allowFrom: string[] = []) {
  const kept: AuditEntry[] = [];
  const done: string[] = [];
  const status = new Map(["7", "8", "-100", "-50"].map((id) => [`task of ${id}`, "active"]));
  const pairing = await Pairing.load(bench.store.settings, clock);
  const channels = await Channels.load(bench.store.settings, clock);
  for (const id of ["7", "8"]) await pairing.enter({ id, name: `U${id}` }, (await pairing.offer()).code, true);
  await channels.add(-100, "His news", "8");
  for (const id of ["7", "8", "-100", "-50"]) {
    await bench.store.groups.create({ id, name: id, folder: `chat${id}` });
    const address = { channel: "telegram", chatId: id } as const;
    await bench.store.conversations.ensure({ groupId: id, kind: "chat", address, title: id });
  }
  const desk = new PeopleDesk({
    pairing,
    channels,
    allowFrom,
    store: bench.store,
    tasks: {
      list: async (groupId) => [{ id: `task of ${groupId}`, status: status.get(`task of ${groupId}`) }] as never,
      update: async (id) => void status.set(id, "paused") as never,
    },
    assistant: {
      stopTurn: async (turnId) => done.push(turnId) > 0,
      stopAgent: async (groupId) => {
        done.push(`sandbox ${groupId}`);
        // Until it ended it could make tasks.
        status.set(`task of ${groupId}`, "active");
        return true;
      },
    },
    audit: { record: (entry) => void kept.push(entry) },
    logger: silentLogger,
  });
  return { desk, kept, done, status };
}

test("who is removed takes the tasks and sandboxes of their own chats along, and of nobody else's", async () => {
  await using bench = await BotTestBench.start();
  const { desk, kept, done, status } = await start(bench);
  expect(desk.view().channels).toMatchObject([{ title: "His news", added_by: "8", is_answered: true }]);
  expect(await desk.remove("8")).toBe(true);
  expect(Object.fromEntries(status)).toEqual({
    "task of 7": "active",
    "task of 8": "paused",
    "task of -100": "paused",
    "task of -50": "active",
  });
  expect(done).toEqual(["sandbox 8", "sandbox -100"]);
  expect(kept.map(({ action, target }) => `${action} ${target}`)).toContain("task.pause task of -100");
  expect(desk.view().channels).toMatchObject([{ added_by: "8", is_answered: false }]);
  expect(await desk.remove("8")).toBe(false);
});

test("who may talk by the settings as well keeps everything", async () => {
  await using bench = await BotTestBench.start();
  const { desk, done, status } = await start(bench, ["8"]);
  expect(await desk.remove("8")).toBe(true);
  expect([done, status.get("task of 8")]).toEqual([[], "active"]);
  expect(desk.view().channels).toMatchObject([{ is_answered: true }]);
});
