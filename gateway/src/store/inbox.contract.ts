/** What the inbox promises. */
import { describe, expect, it } from "vitest";
import { addChat, claim, DAY_MS, HOUR_MS, openChat, receive, textPart, type MakeStore } from "./contract-fixture.ts";

export function inboxContract(make: MakeStore): void {
  describe("inbox", () => {
    it("knows who has written in a group, each person once", async () => {
      const chat = await openChat(make);
      const other = await addChat(chat.store, "2");
      for (const [index, sender] of ["user:8", "user:7", "user:8"].entries())
        await receive(chat, index, undefined, sender);
      await receive({ store: chat.store, ...other }, 9, undefined, "user:9");
      await chat.store.messages.notice({ conversationId: chat.conversation.id, content: "a word", parts: [] });
      expect((await chat.store.messages.people(chat.groupId)).toSorted()).toEqual(["user:7", "user:8"]);
    });

    it("stores message and queued turn together", async () => {
      const chat = await openChat(make);
      const { message, turn } = await receive(chat, 1, "hello");
      expect(message).toMatchObject({
        role: "user",
        content: "hello",
        turnId: turn.id,
        sender: "user:7",
        delivery: null,
      });
      expect(turn).toMatchObject({ state: "queued", attempt: 0, tries: 0, sender: "user:7", groupId: chat.groupId });
      expect(await chat.store.messages.byTurn(turn.id)).toEqual([message]);
      expect(await chat.store.turns.open()).toEqual([turn]);
    });

    it("claims the turn with its message, where it is its conversation's next", async () => {
      const chat = await openChat(make);
      const say = async (updateId: number, sender = "user:7") => {
        const message = { conversationId: chat.conversation.id, sender, content: `m${updateId}` };
        const claim = { epoch: 3, deadlineAt: chat.clock.now() + HOUR_MS };
        const outcome = await chat.store.inbox.receive({ source: "telegram", updateId, message, claim });
        return outcome.type === "received" ? outcome.received?.turn : undefined;
      };
      const first = await say(1);
      expect(first).toMatchObject({
        state: "running",
        attempt: 1,
        tries: 1,
        leaseEpoch: 3,
        startedAt: chat.clock.now(),
      });
      expect(await chat.store.turns.get(first?.id ?? "")).toEqual(first);
      expect(await say(2)).toMatchObject({ state: "queued", attempt: 0 });
      await chat.store.turns.requeue(first?.id ?? "", 1, {
        interrupted: false,
        notBefore: null,
        error: null,
        countAttempt: true,
      });
      // The first waits again and goes before it.
      expect(await say(3)).toMatchObject({ state: "queued" });
      expect((await claim(chat)).id).toBe(first?.id);
    });

    it("keeps any text as it is", async () => {
      const chat = await openChat(make);
      const content = `a\0b 'quoted' "; drop table messages; -- \u{1F600}\n${"x".repeat(100_000)}`;
      const { turn } = await receive(chat, 1, content);
      expect((await chat.store.messages.byTurn(turn.id))[0]?.content).toBe(content);
    });

    it("takes an update once, also when two deliveries race", async () => {
      const chat = await openChat(make);
      const update = {
        source: "telegram",
        updateId: 5,
        message: { conversationId: chat.conversation.id, sender: "user:7", content: "once" },
      };
      const outcomes = await Promise.all([1, 2, 3].map(() => chat.store.inbox.receive(update)));
      expect(outcomes.map((outcome) => outcome.type).toSorted()).toEqual(["duplicate", "duplicate", "received"]);
      expect(await chat.store.messages.page({ groupId: chat.groupId, limit: 10 })).toHaveLength(1);
      expect((await chat.store.inbox.receive({ ...update, source: "other" })).type).toBe("received");
    });

    it("changes a message that waits, and queues one of its own when none does", async () => {
      const chat = await openChat(make);
      const conversationId = chat.conversation.id;
      const message = { conversationId, sender: "user:7", content: "first", metadata: { telegram: { messageId: 3 } } };
      const edit = { ...message, content: "edited" };
      const instead = { type: "replace", messageId: 3, content: "replaced", metadata: message.metadata } as const;
      await chat.store.inbox.receive({ source: "telegram", updateId: 1, message });
      const replaced = await chat.store.inbox.receive({ source: "telegram", updateId: 2, message: edit, instead });
      expect(replaced).toMatchObject({ type: "received", received: { message: { content: "replaced" } } });
      await claim(chat);
      const later = await chat.store.inbox.receive({ source: "telegram", updateId: 3, message: edit, instead });
      expect(later).toMatchObject({ received: { message: { content: "edited" }, turn: { state: "queued" } } });
      const contents = (await chat.store.messages.page({ groupId: chat.groupId, limit: 9 })).map((one) => one.content);
      expect(contents).toEqual(["replaced", "edited"]);
    });

    it("takes an id anew when it comes again after more than 3 days", async () => {
      const chat = await openChat(make);
      await receive(chat, 5);
      chat.clock.advance(3 * DAY_MS);
      expect((await chat.store.inbox.receive({ source: "telegram", updateId: 5 })).type).toBe("duplicate");
      chat.clock.advance(1);
      await receive(chat, 5, "a week later");
      expect((await chat.store.inbox.receive({ source: "telegram", updateId: 5 })).type).toBe("duplicate");
    });

    it("remembers an update without a message, and delivers the reply to it once", async () => {
      const chat = await openChat(make);
      const refusal = {
        source: "telegram",
        updateId: 5,
        reply: {
          address: { channel: "telegram", chatId: "99" },
          conversationId: null,
          parts: [textPart("not for you")],
        },
      } as const;
      const update = { ...refusal, reply: { ...refusal.reply, parts: [...refusal.reply.parts] } };
      expect(await chat.store.inbox.receive(update)).toEqual({ type: "received", received: null });
      expect(await chat.store.inbox.receive(update)).toEqual({ type: "duplicate" });
      expect(await chat.store.outbox.take("telegram:99")).toMatchObject({
        conversationId: null,
        groupId: null,
        messageId: null,
        body: { plain: "not for you" },
      });
      expect(await chat.store.outbox.take("telegram:99")).toBeNull();
      expect(await chat.store.turns.open()).toEqual([]);
    });

    it("lets messages join the conversation's last queued turn until it is claimed", async () => {
      const chat = await openChat(make);
      const first = await receive(chat, 1);
      expect((await receive(chat, 2, "from another person", "user:8")).turn.id).toBe(first.turn.id);
      await claim(chat);
      const second = await receive(chat, 3);
      expect(second.turn.id).not.toBe(first.turn.id);
      expect((await receive(chat, 4)).turn.id).toBe(second.turn.id);
    });

    it("opens a new turn after a turn of another kind of sender, and never joins an earlier one", async () => {
      const chat = await openChat(make);
      const person = await receive(chat, 1);
      const task = await receive(chat, 2, "the task", "scheduler");
      const personAgain = await receive(chat, 3);
      expect(new Set([person.turn.id, task.turn.id, personAgain.turn.id]).size).toBe(3);
      expect((await chat.store.turns.open()).map((turn) => turn.id)).toEqual([
        person.turn.id,
        task.turn.id,
        personAgain.turn.id,
      ]);
    });

    it("opens a new turn after 20 messages, after 200,000 characters, and beside one that is tried again or to be cancelled", async () => {
      const chat = await openChat(make);
      const turnIds = [];
      for (let updateId = 1; updateId <= 41; updateId++) turnIds.push((await receive(chat, updateId)).turn.id);
      expect(new Set(turnIds.slice(0, 20)).size).toBe(1);
      expect(new Set(turnIds.slice(20, 40)).size).toBe(1);
      expect(new Set(turnIds).size).toBe(3);

      const long = await receive(chat, 50, "x".repeat(199_000));
      expect(long.turn.id).toBe(turnIds[40]);
      const tooLong = await receive(chat, 51, "x".repeat(1_500));
      expect(tooLong.turn.id).not.toBe(long.turn.id);

      await chat.store.turns.requestCancel(tooLong.turn.id);
      expect((await receive(chat, 52)).turn.id).not.toBe(tooLong.turn.id);

      const other = await openChat(make);
      const tried = await receive(other, 1);
      await claim(other);
      await other.store.turns.requeue(tried.turn.id, 1, {
        interrupted: false,
        notBefore: null,
        error: null,
        countAttempt: false,
      });
      expect((await receive(other, 2)).turn.id).not.toBe(tried.turn.id);
    });

    it("answers a repeated submission with the first outcome for 24 hours", async () => {
      const chat = await openChat(make);
      const message = {
        conversationId: chat.conversation.id,
        sender: "user:web",
        content: "from the page",
        idempotencyKey: "key-1",
      };
      const first = await chat.store.inbox.submit(message);
      expect(first.repeated).toBe(false);
      await claim(chat);
      chat.clock.advance(24 * HOUR_MS);
      const again = await chat.store.inbox.submit({ ...message, content: "ignored" });
      expect(again).toMatchObject({
        repeated: true,
        message: first.message,
        turn: { id: first.turn.id, state: "running" },
      });
      expect((await chat.store.inbox.submit({ ...message, idempotencyKey: "key-2" })).repeated).toBe(false);
      chat.clock.advance(1);
      expect((await chat.store.inbox.submit(message)).repeated).toBe(false);
    });

    it("keeps the keys of two conversations apart", async () => {
      const chat = await openChat(make);
      const page = await chat.store.conversations.ensure({
        groupId: chat.groupId,
        kind: "page",
        address: { channel: "web" },
        title: "Page",
      });
      const message = { sender: "user:web", content: "hello", idempotencyKey: "key" };
      await chat.store.inbox.submit({ ...message, conversationId: chat.conversation.id });
      const other = await chat.store.inbox.submit({ ...message, conversationId: page.id, role: "notice" });
      expect(other).toMatchObject({ repeated: false, message: { role: "notice", conversationId: page.id } });
    });

    it("rejects a message to a conversation that does not exist, and forgets the update with it", async () => {
      const chat = await openChat(make);
      const message = { conversationId: "nowhere", sender: "user:7", content: "hello" };
      await expect(chat.store.inbox.receive({ source: "telegram", updateId: 1, message })).rejects.toMatchObject({
        code: "unknown_conversation",
      });
      await receive(chat, 1);
    });
  });
}
