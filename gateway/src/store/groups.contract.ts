/** What groups promise, the hidden ones and their budgets too. */
import { describe, expect, it } from "vitest";
import { claim, openChat, receive, resultOf, callOf, TestClock, toolOf, type MakeStore } from "./contract-fixture.ts";

export function groupsContract(make: MakeStore): void {
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
      expect(await store.groups.get("a")).toMatchObject({ network: null, networkAllow: [], approvalHosts: [] });
      await store.groups.update("a", {
        network: "allowlist",
        networkAllow: ["example.org"],
        approvalHosts: ["example.com"],
      });
      expect(await store.groups.update("a", { name: "A3" })).toMatchObject({
        network: "allowlist",
        networkAllow: ["example.org"],
        approvalHosts: ["example.com"],
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
}
