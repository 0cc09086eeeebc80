/** What the outbox promises: in order within a chat, nothing dropped, nothing doubled in silence. */
import { describe, expect, it } from "vitest";
import { addChat, MINUTE_MS, openChat, textPart, type Chat, type MakeStore } from "./contract-fixture.ts";
import type { OutboxPart } from "./rows.ts";

async function say(chat: Pick<Chat, "store" | "conversation">, ...texts: string[]): Promise<number> {
  const message = await chat.store.messages.notice({
    conversationId: chat.conversation.id,
    content: texts.join(" "),
    parts: texts.map((text) => textPart(text)),
  });
  return message.id;
}

async function take(chat: Pick<Chat, "store" | "chatKey">): Promise<OutboxPart> {
  const part = await chat.store.outbox.take(chat.chatKey);
  if (!part) throw new Error("there was nothing to send");
  return part;
}

const plain = (part: OutboxPart): string => (part.body.type === "text" ? part.body.plain : part.body.name);

export function outboxContract(make: MakeStore): void {
  describe("outbox", () => {
    it("sends a chat's parts one after the other, in the order in which they were stored", async () => {
      const chat = await openChat(make);
      await say(chat, "1", "2");
      await say(chat, "3");
      const sent = [];
      for (let time = 0; time < 3; time++) {
        const [part, second] = await Promise.all([take(chat), chat.store.outbox.take(chat.chatKey)]);
        expect(second).toBeNull();
        expect(await chat.store.outbox.ready("telegram")).toEqual([]);
        expect(part).toMatchObject({ state: "sending", attempts: 1 });
        sent.push(plain(part));
        expect(await chat.store.outbox.sent(part.id, `id-${time}`)).toMatchObject({
          state: "sent",
          externalId: `id-${time}`,
          sentAt: chat.clock.now(),
        });
      }
      expect(sent).toEqual(["1", "2", "3"]);
      expect(await chat.store.outbox.take(chat.chatKey)).toBeNull();
    });

    it("keeps the topics of one chat in one order", async () => {
      const chat = await openChat(make);
      const topic = await chat.store.conversations.ensure({
        groupId: chat.groupId,
        kind: "topic",
        address: { channel: "telegram", chatId: "1", topicId: 4 },
        title: "Topic",
      });
      await say(chat, "chat");
      await say({ ...chat, conversation: topic }, "topic");
      expect(await chat.store.outbox.ready("telegram")).toEqual([{ chatKey: chat.chatKey, since: chat.clock.now() }]);
      await chat.store.outbox.sent((await take(chat)).id, "1");
      expect((await take(chat)).address).toEqual(topic.address);
    });

    it("does not let one blocked chat delay another", async () => {
      const chat = await openChat(make);
      const { outbox } = chat.store;
      const other = await addChat(chat.store, "2");
      await say(chat, "1");
      chat.clock.advance(5);
      await say({ store: chat.store, conversation: other.conversation }, "2");
      expect((await outbox.ready("telegram")).map((ready) => ready.chatKey)).toEqual([chat.chatKey, other.chatKey]);
      const until = chat.clock.now() + MINUTE_MS;
      await outbox.holdChat(chat.chatKey, until);
      await outbox.holdChat(chat.chatKey, until - 1);
      expect((await outbox.ready("telegram")).map((ready) => ready.chatKey)).toEqual([other.chatKey]);
      expect(await outbox.take(chat.chatKey)).toBeNull();
      expect(await outbox.take(other.chatKey)).not.toBeNull();
      expect(await outbox.nextWakeUp("telegram")).toBe(until);
      expect(await outbox.nextWakeUp("web")).toBeNull();
      chat.clock.advance(MINUTE_MS);
      expect(await outbox.nextWakeUp("telegram")).toBeNull();
      expect(await outbox.take(chat.chatKey)).not.toBeNull();
    });

    it("lets a part that must wait hold back the later ones of its chat", async () => {
      const chat = await openChat(make);
      await say(chat, "1", "2");
      const first = await take(chat);
      const notBefore = chat.clock.now() + MINUTE_MS;
      const body = { type: "text", html: "1", plain: "without markup" } as const;
      await chat.store.outbox.retry(first.id, { notBefore, error: "can't parse entities", body });
      expect(await chat.store.outbox.take(chat.chatKey)).toBeNull();
      expect(await chat.store.outbox.ready("telegram")).toEqual([]);
      expect(await chat.store.outbox.nextWakeUp("telegram")).toBe(notBefore);
      chat.clock.advance(MINUTE_MS);
      expect(await take(chat)).toMatchObject({ id: first.id, attempts: 2, body, repeated: false });
    });

    it("sends a part of unknown fate once more, marked, and then lets the next one pass", async () => {
      const chat = await openChat(make);
      const messageId = await say(chat, "1", "2");
      const first = await take(chat);
      const later = chat.clock.now() + MINUTE_MS;
      expect(await chat.store.outbox.uncertain(first.id, "timeout", later)).toMatchObject({
        state: "pending",
        repeated: true,
        notBefore: later,
      });
      chat.clock.advance(MINUTE_MS);
      expect((await take(chat)).id).toBe(first.id);
      expect(await chat.store.outbox.uncertain(first.id, "timeout", later)).toMatchObject({ state: "uncertain" });
      expect(plain(await take(chat))).toBe("2");
      expect((await chat.store.messages.recent(1))[0]).toMatchObject({
        id: messageId,
        delivery: "uncertain",
        deliveryError: "timeout",
      });
    });

    it("knows which messages answers replace, and replaces none while something else is unsent", async () => {
      const chat = await openChat(make);
      const answer = async (content: string, editOf: string): Promise<void> => {
        await chat.store.messages.notice({
          conversationId: chat.conversation.id,
          content,
          parts: [textPart(content, editOf)],
        });
      };
      await answer("first", "77");
      await answer("second", "78");
      expect(await chat.store.outbox.isEdited(chat.chatKey, "77")).toBe(true);
      expect(await chat.store.outbox.isEdited(chat.chatKey, "78")).toBe(false);
      expect(await chat.store.outbox.isEdited("telegram:other", "77")).toBe(false);
      const first = await take(chat);
      await chat.store.outbox.retry(first.id, { notBefore: 0, error: "gone", asNew: true });
      expect(await take(chat)).toMatchObject({ id: first.id, editOf: null });
    });

    it("sends an edit of unknown fate again without a mark", async () => {
      const chat = await openChat(make);
      await chat.store.messages.notice({
        conversationId: chat.conversation.id,
        content: "edit",
        parts: [textPart("edit", "77")],
      });
      for (let time = 0; time < 3; time++) {
        const part = await take(chat);
        expect(part.editOf).toBe("77");
        expect(await chat.store.outbox.uncertain(part.id, "timeout", 0)).toMatchObject({
          state: "pending",
          repeated: false,
        });
      }
    });

    it("recovers what an earlier life was sending", async () => {
      const chat = await openChat(make);
      const other = await addChat(chat.store, "2");
      await say(chat, "1");
      await chat.store.messages.notice({
        conversationId: other.conversation.id,
        content: "edit",
        parts: [textPart("edit", "77")],
      });
      await take(chat);
      await take({ ...chat, ...other });
      expect(await chat.store.outbox.recover()).toBe(2);
      expect(await take(chat)).toMatchObject({ repeated: true, attempts: 2 });
      expect(await take({ ...chat, ...other })).toMatchObject({ repeated: false, attempts: 2 });
      expect(await chat.store.outbox.recover()).toBe(2);
      expect(await take(chat)).toMatchObject({ repeated: true, attempts: 3 });
      expect(await chat.store.outbox.recover()).toBe(1);
      expect(await chat.store.outbox.recover()).toBe(0);
    });

    it("lets a failed part pass, and shows the worst part as the message's delivery", async () => {
      const chat = await openChat(make);
      const messageId = await say(chat, "1", "2", "3");
      const delivery = async () => (await chat.store.messages.recent(1))[0]?.delivery;
      await chat.store.outbox.sent((await take(chat)).id, "1");
      expect(await delivery()).toBe("pending");
      expect(await chat.store.outbox.failed((await take(chat)).id, "chat not found")).toMatchObject({
        state: "failed",
      });
      expect(await delivery()).toBe("failed");
      await chat.store.outbox.sent((await take(chat)).id, "3");
      expect(await delivery()).toBe("failed");
      const next = await say(chat, "4");
      await chat.store.outbox.sent((await take(chat)).id, "4");
      expect(await delivery()).toBe("sent");
      expect(next).toBeGreaterThan(messageId);
    });

    it("settles a part once: what is not being sent is not changed", async () => {
      const chat = await openChat(make);
      await say(chat, "1");
      const { id } = await take(chat);
      await chat.store.outbox.retry(id, { notBefore: 0, error: "429" });
      expect(await chat.store.outbox.sent(id, "1")).toBeNull();
      await take(chat);
      await chat.store.outbox.sent(id, "1");
      expect(await chat.store.outbox.failed(id, "late")).toBeNull();
      expect(await chat.store.outbox.uncertain(id, "late", 0)).toBeNull();
      await chat.store.outbox.retry(id, { notBefore: 0, error: "late" });
      expect(await chat.store.outbox.take(chat.chatKey)).toBeNull();
      expect(await chat.store.outbox.sent(999, "1")).toBeNull();
    });
  });
}
