/** What sandboxes, settings and metering promise, and what is thrown away in time. */
import { describe, expect, it } from "vitest";
import {
  claim,
  DAY_MS,
  openChat,
  receive,
  resultOf,
  callOf,
  TestClock,
  toolOf,
  type MakeStore,
} from "./contract-fixture.ts";

export function recordsContract(make: MakeStore): void {
  describe("sandboxes", () => {
    it("have growing generations, and a group has one at most", async () => {
      const { store, groupId } = await openChat(make);
      const first = await store.sandboxes.begin({ id: "s1", groupId, tokenHash: "h1" });
      expect(first).toMatchObject({ generation: 1, status: "starting", engineId: null });
      await store.sandboxes.running("s1", "container-1");
      await store.sandboxes.setNatsUser("s1", "UABC");
      expect(await store.sandboxes.byTokenHash("h1")).toMatchObject({
        status: "running",
        engineId: "container-1",
        natsUser: "UABC",
      });
      const second = await store.sandboxes.begin({ id: "s2", groupId, tokenHash: "h2" });
      expect(second.generation).toBe(2);
      expect((await store.sandboxes.live()).map((row) => row.id)).toEqual(["s2"]);
      expect((await store.sandboxes.get("s1"))?.status).toBe("stopped");
    });

    it("do not come back: a stopped one's token is void and late reports change nothing", async () => {
      const { store, groupId, clock } = await openChat(make);
      await store.sandboxes.begin({ id: "s1", groupId, tokenHash: "h1" });
      clock.advance(5);
      await store.sandboxes.touch("s1");
      expect((await store.sandboxes.get("s1"))?.lastActiveAt).toBe(clock.now());
      await store.sandboxes.stopped("s1", "out of memory");
      await store.sandboxes.running("s1", "container-1");
      await store.sandboxes.stopped("s1", null);
      expect(await store.sandboxes.get("s1")).toMatchObject({
        status: "stopped",
        engineId: null,
        error: "out of memory",
        stoppedAt: clock.now(),
      });
      expect(await store.sandboxes.byTokenHash("h1")).toBeNull();
      expect(await store.sandboxes.live()).toEqual([]);
    });
  });

  describe("settings and metering", () => {
    it("keep values and count up", async () => {
      const store = await make(new TestClock());
      expect(await store.settings.get("install")).toBeNull();
      await store.settings.set("install", "one");
      await store.settings.set("install", "two");
      expect(await store.settings.get("install")).toBe("two");
      expect(await Promise.all([1, 2, 3].map(() => store.settings.increment("epoch")))).toEqual([1, 2, 3]);
    });

    it("add up model calls by day, group and model", async () => {
      const store = await make(new TestClock());
      await store.usage.record(callOf({ groupId: "a" }));
      await store.usage.record(callOf({ groupId: "a", costUsd: null, countedUsd: 9 }));
      await store.usage.record(callOf({ groupId: "hidden", chargedGroupId: "b", model: "n" }));
      await store.usage.record(callOf({ groupId: "a", day: "2026-01-01" }));
      const sums = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2, costUsd: 0.25 };
      const one = { calls: 1, unpricedCalls: 0, ...sums, countedUsd: 0.25 };
      const two = { calls: 2, unpricedCalls: 1, inputTokens: 20, outputTokens: 10, cacheReadTokens: 6 };
      const days = await store.usage.days("2026-01-02");
      expect(days.toSorted((x, y) => (x.groupId < y.groupId ? -1 : 1))).toEqual([
        {
          day: "2026-01-02",
          groupId: "a",
          model: "m",
          ...two,
          cacheWriteTokens: 4,
          costUsd: 0.25,
          countedUsd: 9.25,
        },
        { day: "2026-01-02", groupId: "b", model: "n", ...one },
      ]);
      expect((await store.usage.days("2026-01-01"))[0]).toMatchObject({ day: "2026-01-01", ...one });
      expect(await store.usage.days("2026-01-03")).toEqual([]);
    });

    it("add up what a turn, a task and a swarm used, without the calls that failed", async () => {
      const store = await make(new TestClock());
      const nothing = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };
      await store.usage.record(callOf({ turnId: "t1", taskId: "task" }));
      await store.usage.record(callOf({ turnId: "t2", taskId: "task", swarmId: "s" }));
      await store.usage.record(callOf({ turnId: "t1", taskId: "task", ...nothing, status: 529 }));
      expect(await store.usage.of({ turnId: "t1" })).toMatchObject({ calls: 1, inputTokens: 10, costUsd: 0.25 });
      expect(await store.usage.of({ taskId: "task" })).toMatchObject({ calls: 2, costUsd: 0.5 });
      expect(await store.usage.of({ swarmId: "s" })).toMatchObject({ calls: 1 });
      expect(await store.usage.of({ swarmId: "none" })).toMatchObject({ calls: 0, costUsd: 0 });
      expect((await store.usage.days("2026-01-01")).map(({ calls }) => calls)).toEqual([2]);
    });
  });

  describe("upkeep", () => {
    it("reports a store that takes writes as healthy, any number of times", async () => {
      const store = await make(new TestClock());
      for (let time = 0; time < 3; time++) expect((await store.health()).ok).toBe(true);
    });

    it("forgets old update ids, keys, and events of turns that ended long ago – not those of open turns", async () => {
      const chat = await openChat(make);
      const { store, clock, groupId } = chat;
      await store.inbox.submit({
        conversationId: chat.conversation.id,
        sender: "user:7",
        content: "x",
        idempotencyKey: "k",
      });
      const ended = await claim(chat);
      await store.turns.record(groupId, toolOf(ended, 1));
      await store.turns.succeed(groupId, resultOf(ended), []);
      await receive(chat, 1);
      const running = await claim(chat);
      await store.turns.record(groupId, toolOf(running, 1));
      const runsKept = { forMs: DAY_MS, ofTask: 10 };
      expect(await store.prune(runsKept)).toEqual({
        turnEvents: 0,
        taskRuns: 0,
        runConversations: 0,
        inbox: 0,
        idempotencyKeys: 0,
        approvals: 0,
      });
      clock.advance(30 * DAY_MS + 1);
      expect(await store.prune(runsKept)).toEqual({
        turnEvents: 2,
        taskRuns: 0,
        runConversations: 0,
        inbox: 1,
        idempotencyKeys: 1,
        approvals: 0,
      });
      expect(await store.turns.events(ended.id)).toEqual([]);
      expect(await store.turns.events(running.id)).toHaveLength(1);
      expect(await store.messages.byTurn(ended.id)).toHaveLength(2);
    });
  });
}
