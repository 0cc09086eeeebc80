/** What groups, conversations, messages, sandboxes, settings and metering promise. */
import { describe, expect, it } from "vitest";
import {
  addChat,
  claim,
  DAY_MS,
  openChat,
  receive,
  resultOf,
  callOf,
  TestClock,
  textPart,
  toolOf,
  type MakeStore,
} from "./contract-fixture.ts";

export function recordsContract(make: MakeStore): void {
  describe("groups", () => {
    it("are created once for an id and once for a folder", async () => {
      const store = await make(new TestClock());
      const created = await store.groups.create({ id: "a", name: "A", folder: "fa", model: "haiku" });
      expect(created).toMatchObject({ type: "created", group: { id: "a", model: "haiku", isMain: false } });
      expect(await store.groups.create({ id: "a", name: "B", folder: "fb" })).toEqual({ type: "taken_id" });
      expect(await store.groups.create({ id: "b", name: "B", folder: "fa" })).toEqual({ type: "taken_folder" });
      expect((await store.groups.list()).map((group) => group.id)).toEqual(["a"]);
      expect(await store.groups.get("b")).toBeNull();
    });

    it("have at most one main group: marking another moves the mark", async () => {
      const store = await make(new TestClock());
      await store.groups.create({ id: "a", name: "A", folder: "fa", isMain: true });
      await store.groups.create({ id: "b", name: "B", folder: "fb", isMain: true });
      expect((await store.groups.list()).map((group) => group.isMain)).toEqual([false, true]);
      await store.groups.update("a", { isMain: true, name: "A2" });
      expect(await store.groups.list()).toMatchObject([{ isMain: true, name: "A2" }, { isMain: false }]);
      await store.groups.update("a", { model: "opus" });
      expect(await store.groups.update("a", { model: null })).toMatchObject({ isMain: true, model: null });
      expect(await store.groups.get("a")).toMatchObject({ network: null, networkAllow: [] });
      await store.groups.update("a", { network: "allowlist", networkAllow: ["example.org"] });
      expect(await store.groups.update("a", { name: "A3" })).toMatchObject({
        network: "allowlist",
        networkAllow: ["example.org"],
      });
      expect(await store.groups.update("missing", { name: "x" })).toBeNull();
      expect(await store.groups.get("missing")).toBeNull();
    });

    it("know their messages and last activity", async () => {
      const chat = await openChat(make);
      expect((await chat.store.groups.activity()).get(chat.groupId)).toEqual({ messageCount: 0, lastActiveAt: null });
      await receive(chat, 1);
      chat.clock.advance(10);
      const { turn } = await receive(chat, 2);
      await chat.store.turns.succeed(chat.groupId, resultOf(await claim(chat), { turnId: turn.id }), []);
      expect((await chat.store.groups.activity()).get(chat.groupId)).toEqual({
        messageCount: 3,
        lastActiveAt: chat.clock.now(),
      });
    });
  });

  describe("hidden groups", () => {
    it("are in no list, and what they use counts for whoever asked for them", async () => {
      const chat = await openChat(make);
      const { store, groupId } = chat;
      const task = await store.groups.ofTask({ id: "t1", name: "Backup", groupId });
      expect(task).toMatchObject({
        id: "task-t1",
        folder: "task-t1",
        kind: "task",
        parentId: groupId,
        filesOf: groupId,
      });
      expect(await store.groups.ofTask({ id: "t1", name: "Backup", groupId })).toEqual(task);
      expect((await store.groups.list()).map(({ id }) => id)).toEqual([groupId]);
      expect((await store.groups.all()).map(({ id }) => id).toSorted()).toEqual([groupId, "task-t1"]);
      const conversation = await store.conversations.ensure({
        groupId: task.id,
        kind: "member",
        address: { channel: "none" },
        title: "t",
      });
      await store.inbox.submit({ conversationId: conversation.id, sender: "scheduler", content: "hidden words" });
      expect(await store.messages.recent(5)).toEqual([]);
      expect(await store.messages.search({ query: "hidden", limit: 5 })).toEqual([]);
      expect(await store.messages.page({ groupId: task.id, limit: 5 })).toHaveLength(1);
    });

    it("go with all that they said and did; their parent keeps what they cost, and a chat is never removed", async () => {
      const chat = await openChat(make);
      const { store, groupId, clock } = chat;
      await receive(chat, 1);
      const hidden = await store.groups.ofTask({ id: "t1", name: "Backup", groupId });
      const place = { groupId: hidden.id, kind: "task_run", address: { channel: "none" }, title: "t" } as const;
      const conversation = await store.conversations.ensure(place);
      const { turn } = await store.inbox.submit({
        conversationId: conversation.id,
        sender: "scheduler",
        content: "c",
        idempotencyKey: "k",
      });
      const claimed = await claim({ store, clock, conversation });
      await store.turns.record(hidden.id, toolOf(claimed, 1));
      await store.turns.succeed(hidden.id, resultOf(claimed), []);
      await store.sandboxes.begin({ id: "s", groupId: hidden.id, tokenHash: "h" });
      await store.usage.record(callOf({ groupId: hidden.id, chargedGroupId: groupId }));
      expect(await store.groups.removeHidden(groupId)).toBe(false);
      expect(await store.groups.removeHidden(hidden.id)).toBe(true);
      expect(await store.groups.removeHidden(hidden.id)).toBe(false);
      expect(await store.groups.get(hidden.id)).toBeNull();
      expect(await store.turns.get(turn.id)).toBeNull();
      expect(await store.sandboxes.live()).toEqual([]);
      expect(await store.usage.days("2026-01-01")).toMatchObject([{ groupId, calls: 1 }]);
      expect(await store.messages.page({ groupId, limit: 5 })).toHaveLength(1);
    });
  });

  describe("conversations", () => {
    it("are one at a chat, one at each topic of it, and one at a group's page", async () => {
      const chat = await openChat(make);
      const { store, groupId } = chat;
      const address = { channel: "telegram", chatId: "1" } as const;
      expect(await store.conversations.ensure({ groupId, kind: "chat", address, title: "again" })).toEqual(
        chat.conversation,
      );
      const topicAddress = { ...address, topicId: 3 };
      const topic = await store.conversations.ensure({ groupId, kind: "topic", address: topicAddress, title: "T" });
      expect(topic.id).not.toBe(chat.conversation.id);
      expect(await store.conversations.byAddress(topicAddress)).toEqual(topic);
      expect(await store.conversations.byAddress(address)).toEqual(chat.conversation);
      expect(await store.conversations.byAddress({ channel: "telegram", chatId: "2" })).toBeNull();
      expect(await store.conversations.byAddress({ channel: "web" })).toBeNull();

      const other = await addChat(store, "2");
      const page = { kind: "page", address: { channel: "web" }, title: "Page" } as const;
      const mine = await store.conversations.ensure({ groupId, ...page });
      expect(await store.conversations.ensure({ groupId, ...page })).toEqual(mine);
      expect((await store.conversations.ensure({ groupId: other.groupId, ...page })).id).not.toBe(mine.id);
      expect((await store.conversations.list(groupId)).map(({ id }) => id).toSorted()).toEqual(
        [chat.conversation.id, topic.id, mine.id].toSorted(),
      );
    });

    it("are made anew for each task run and member, also at an address that a chat has", async () => {
      const chat = await openChat(make);
      const run = {
        groupId: chat.groupId,
        kind: "task_run",
        address: { channel: "telegram", chatId: "1" },
        title: "run",
      } as const;
      const first = await chat.store.conversations.ensure(run);
      const second = await chat.store.conversations.ensure(run);
      expect(new Set([first.id, second.id, chat.conversation.id]).size).toBe(3);
      expect(await chat.store.conversations.byAddress(run.address)).toEqual(chat.conversation);
    });

    it("refuse a chat that belongs to another group", async () => {
      const chat = await openChat(make);
      const other = await addChat(chat.store, "2");
      await expect(
        chat.store.conversations.ensure({
          groupId: other.groupId,
          kind: "chat",
          address: { channel: "telegram", chatId: "1" },
          title: "mine now",
        }),
      ).rejects.toMatchObject({ code: "address_taken" });
    });

    it("stay fresh when a turn of the old session still ends", async () => {
      const chat = await openChat(make);
      await chat.store.inbox.submit({ conversationId: chat.conversation.id, sender: "user:1", content: "hello" });
      const turn = await chat.store.turns.claim({ conversationId: chat.conversation.id, epoch: 1, deadlineAt: 1e15 });
      if (!turn) throw new Error("nothing was claimed");
      await chat.store.conversations.setSession(chat.conversation.id, null);
      await chat.store.turns.succeed(turn.groupId, resultOf(turn), []);
      expect((await chat.store.conversations.get(chat.conversation.id))?.sessionId).toBeNull();
    });

    it("keep their session", async () => {
      const chat = await openChat(make);
      await chat.store.conversations.setSession(chat.conversation.id, "session-9");
      expect((await chat.store.conversations.get(chat.conversation.id))?.sessionId).toBe("session-9");
      await chat.store.conversations.setSession(chat.conversation.id, null);
      expect((await chat.store.conversations.get(chat.conversation.id))?.sessionId).toBeNull();
    });
  });

  describe("messages", () => {
    it("come in pages, the newest first page, oldest first within it", async () => {
      const chat = await openChat(make);
      const other = await addChat(chat.store, "2");
      const page = await chat.store.conversations.ensure({
        groupId: chat.groupId,
        kind: "page",
        address: { channel: "web" },
        title: "Page",
      });
      for (let updateId = 1; updateId <= 9; updateId++) {
        await receive(updateId % 3 === 0 ? { ...chat, conversation: page } : chat, updateId, String(updateId));
        await receive({ store: chat.store, conversation: other.conversation }, 100 + updateId, "elsewhere");
      }
      const { groupId } = chat;
      const newest = await chat.store.messages.page({ groupId, limit: 4 });
      expect(newest.map((message) => message.content)).toEqual(["6", "7", "8", "9"]);
      const before = newest[0]?.id ?? 0;
      const older = await chat.store.messages.page({ groupId, before, limit: 10 });
      expect(older.map((message) => message.content)).toEqual(["1", "2", "3", "4", "5"]);
      const ofPage = await chat.store.messages.page({ groupId, conversationId: page.id, before, limit: 10 });
      expect(ofPage.map((message) => message.content)).toEqual(["3"]);
      expect(await chat.store.messages.page({ groupId: other.groupId, conversationId: page.id, limit: 10 })).toEqual(
        [],
      );
      expect((await chat.store.messages.recent(3)).map((message) => message.content)).toEqual([
        "elsewhere",
        "9",
        "elsewhere",
      ]);
    });

    it("keep their metadata", async () => {
      const chat = await openChat(make);
      const metadata = { files: [{ name: "a.txt" }], reply: null };
      const { message } = await chat.store.inbox.submit({
        conversationId: chat.conversation.id,
        sender: "user:7",
        content: "with a file",
        metadata,
      });
      expect(message.metadata).toEqual(metadata);
    });

    it("store a notice once however often it is asked for under one key", async () => {
      const chat = await openChat(make);
      const { messages } = chat.store;
      const notice = { conversationId: chat.conversation.id, content: "Soon", parts: [textPart("Soon")] };
      const first = await messages.noticeOnce(notice, "k");
      expect(first).toMatchObject({ repeated: false, message: { content: "Soon" } });
      expect(await messages.noticeOnce(notice, "k")).toMatchObject({
        repeated: true,
        message: { id: first.message.id },
      });
      expect(await messages.noticeOnce(notice, "l")).toMatchObject({ repeated: false });
      expect(await messages.page({ groupId: chat.groupId, limit: 9 })).toHaveLength(2);
      chat.clock.advance(DAY_MS + 1);
      expect(await messages.noticeOnce(notice, "k")).toMatchObject({ repeated: false });
    });

    it("carry notices to the chat, and to the page as they are", async () => {
      const chat = await openChat(make);
      const parts = [textPart("one"), textPart("two")];
      const notice = { content: "no credential", parts };
      expect(await chat.store.messages.notice({ conversationId: chat.conversation.id, ...notice })).toMatchObject({
        role: "notice",
        sender: "praktor",
        turnId: null,
        delivery: "pending",
      });
      const page = await chat.store.conversations.ensure({
        groupId: chat.groupId,
        kind: "page",
        address: { channel: "web" },
        title: "Page",
      });
      expect((await chat.store.messages.notice({ conversationId: page.id, ...notice })).delivery).toBeNull();
      expect(await chat.store.outbox.ready("web")).toEqual([]);
      expect(await chat.store.outbox.ready("telegram")).toHaveLength(1);
    });
  });

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

  describe("a group's own budget", () => {
    it("is a limit, none at all, or what the settings say", async () => {
      const store = await make(new TestClock());
      await store.groups.create({ id: "g", name: "G", folder: "g" });
      const budget = async () => (await store.groups.get("g"))?.dayBudgetUsd;
      expect(await budget()).toBe("default");
      for (const dayBudgetUsd of [2.5, null, 0.001, "default"] as const) {
        await store.groups.update("g", { dayBudgetUsd });
        expect(await budget()).toBe(dayBudgetUsd);
      }
      await store.groups.update("g", { dayBudgetUsd: 3 });
      await store.groups.update("g", { name: "H" });
      expect(await budget()).toBe(3);
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
