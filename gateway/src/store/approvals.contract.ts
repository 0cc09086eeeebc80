/** What the store promises about questions to people. */
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, openChat, textPart, type Chat, type MakeStore } from "./contract-fixture.ts";
import type { Approval, OutboxBody } from "./rows.ts";

const choices = [
  { id: "allow", label: "Allow" },
  { id: "deny", label: "Deny" },
];
const body: OutboxBody = { type: "text", html: "decided", plain: "decided" };

async function ask(chat: Chat, key = "k"): Promise<Approval> {
  const { approval } = await chat.store.approvals.ask({
    groupId: chat.groupId,
    conversationId: chat.conversation.id,
    turnId: null,
    key,
    question: "May I?",
    choices,
    expiresAt: chat.clock.now() + HOUR_MS,
    parts: (id) => [textPart(`question ${id}`)],
  });
  return approval;
}

export function approvalsContract(make: MakeStore): void {
  describe("questions to people", () => {
    it("are asked once, with their message, and are open until they are settled", async () => {
      const chat = await openChat(make);
      const first = await ask(chat);
      expect(first).toMatchObject({ state: "open", choices, choice: null, answeredBy: null });
      expect(await ask(chat)).toEqual(first);
      expect((await ask(chat, "other")).id).not.toBe(first.id);
      expect((await chat.store.messages.recent(9)).map(({ content }) => content)).toEqual(["May I?", "May I?"]);
      expect((await chat.store.approvals.open()).map(({ id }) => id)).toContain(first.id);
      const part = await chat.store.outbox.take(chat.chatKey);
      expect(part?.body).toMatchObject({ plain: `question ${first.id}` });
    });

    it("are settled once, and what came of it takes the place of the question", async () => {
      const chat = await openChat(make);
      const { id } = await ask(chat);
      const part = await chat.store.outbox.take(chat.chatKey);
      await chat.store.outbox.sent(part?.id ?? 0, "55");
      await chat.store.messages.notice({
        conversationId: chat.conversation.id,
        content: "on the way",
        parts: [textPart("x")],
      });
      const end = { state: "chosen", choice: "allow", by: "page", body } as const;
      const settled = await chat.store.approvals.settle(id, end);
      expect(settled).toMatchObject({ state: "chosen", choice: "allow", answeredBy: "page" });
      expect(await chat.store.approvals.settle(id, { ...end, choice: "deny" })).toBeNull();
      expect(await chat.store.approvals.get(id)).toEqual(settled);
      expect(settled?.settledAt).toBe(chat.clock.now());
      expect(await chat.store.approvals.open()).toEqual([]);
      await chat.store.outbox.sent((await chat.store.outbox.take(chat.chatKey))?.id ?? 0, "56");
      expect(await chat.store.outbox.take(chat.chatKey)).toMatchObject({ editOf: "55", body });
      expect(await chat.store.outbox.take(chat.chatKey)).toBeNull();
    });

    it("are found by the messages that ask them, as they stand, in their own group", async () => {
      const chat = await openChat(make);
      const [first, second] = [await ask(chat), await ask(chat, "other")];
      const { id: words } = await chat.store.messages.notice({
        conversationId: chat.conversation.id,
        content: "no question",
        parts: [],
      });
      await chat.store.approvals.settle(second.id, { state: "chosen", choice: "deny", by: "telegram:7", body: null });
      const found = await chat.store.approvals.ofMessages(chat.groupId, [first.messageId, second.messageId, words]);
      expect(found.toSorted((a, b) => a.messageId - b.messageId)).toMatchObject([
        { id: first.id, state: "open", settledAt: null },
        { id: second.id, state: "chosen", choice: "deny", answeredBy: "telegram:7" },
      ]);
      expect(await chat.store.approvals.ofMessages("other", [first.messageId])).toEqual([]);
      expect(await chat.store.approvals.ofMessages(chat.groupId, [])).toEqual([]);
    });

    it("are forgotten a month after they were settled, and not while they are open", async () => {
      const chat = await openChat(make);
      const settled = await ask(chat, "settled");
      const open = await ask(chat, "open");
      await chat.store.approvals.settle(settled.id, { state: "expired", choice: null, by: null, body: null });
      const kept = { forMs: DAY_MS, ofTask: 10 };
      chat.clock.advance(30 * DAY_MS);
      expect(await chat.store.prune(kept)).toMatchObject({ approvals: 0 });
      chat.clock.advance(1);
      expect(await chat.store.prune(kept)).toMatchObject({ approvals: 1 });
      expect(await chat.store.approvals.get(settled.id)).toBeNull();
      expect(await chat.store.approvals.get(open.id)).toMatchObject({ state: "open" });
    });

    it("are asked about the tools that a group names", async () => {
      const chat = await openChat(make);
      expect(await chat.store.approvals.tools(chat.groupId)).toEqual([]);
      await chat.store.approvals.setTools(chat.groupId, ["Bash"]);
      await chat.store.approvals.setTools(chat.groupId, ["Web*", "Bash"]);
      expect(await chat.store.approvals.tools(chat.groupId)).toEqual(["Web*", "Bash"]);
      expect(await chat.store.approvals.tools("other")).toEqual([]);
    });
  });
}
