/** What conversations and messages promise. */
import { describe, expect, it } from "vitest";
import { addChat, DAY_MS, openChat, receive, resultOf, textPart, type MakeStore } from "./contract-fixture.ts";

export function talkContract(make: MakeStore): void {
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
}
