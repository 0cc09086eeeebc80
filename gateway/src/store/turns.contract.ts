/** What turns promise: one at a time, in order, each ended once. */
import { describe, expect, it } from "vitest";
import {
  addChat,
  claim,
  failedOf,
  HOUR_MS,
  MINUTE_MS,
  openChat,
  receive,
  resultOf,
  someUsage,
  textPart,
  toolOf,
  type MakeStore,
} from "./contract-fixture.ts";

const again = { interrupted: false, notBefore: null, error: null, countAttempt: true };
const explained = {
  state: "failed",
  code: "lost",
  error: "the sandbox died",
  explanation: "Sorry.",
} as const;

export function turnsContract(make: MakeStore): void {
  describe("turns", () => {
    it("are claimed one at a time and in order within a conversation", async () => {
      const chat = await openChat(make);
      const { conversationId } = (await receive(chat, 1)).turn;
      await receive(chat, 2, "task", "scheduler");
      const claims = await Promise.all(
        [1, 2, 3].map((epoch) => chat.store.turns.claim({ conversationId, epoch, deadlineAt: 99 })),
      );
      const claimed = claims.filter((turn) => turn !== null);
      expect(claimed).toHaveLength(1);
      expect(claimed[0]).toMatchObject({ sender: "user:7", state: "running", attempt: 1, tries: 1, deadlineAt: 99 });
      expect(await chat.store.turns.runnable()).toEqual([]);
      await chat.store.turns.succeed(chat.groupId, resultOf(claimed[0]!), []);
      expect((await claim(chat)).sender).toBe("scheduler");
    });

    it("keep their order when they are queued in one millisecond or the clock is set back", async () => {
      const chat = await openChat(make);
      const ids = [];
      for (let updateId = 1; updateId <= 12; updateId++) {
        if (updateId > 6) chat.clock.advance(-1000);
        ids.push((await receive(chat, updateId, "x", updateId % 2 === 0 ? "scheduler" : "swarm")).turn.id);
      }
      expect((await chat.store.turns.open()).map((turn) => turn.id)).toEqual(ids);
      for (const id of ids) {
        const turn = await claim(chat);
        expect(turn.id).toBe(id);
        await chat.store.turns.succeed(chat.groupId, resultOf(turn), []);
      }
    });

    it("are runnable in the conversations that wait longest", async () => {
      const chat = await openChat(make);
      const other = await addChat(chat.store, "2");
      await receive({ store: chat.store, conversation: other.conversation }, 1);
      chat.clock.advance(1);
      await receive(chat, 2);
      expect((await chat.store.turns.runnable()).map((next) => next.groupId)).toEqual([other.groupId, chat.groupId]);
      expect(await chat.store.turns.open(chat.groupId)).toHaveLength(1);
    });

    it("are sent again before younger turns, not before the time is up", async () => {
      const chat = await openChat(make);
      const first = await receive(chat, 1);
      await claim(chat);
      await receive(chat, 2);
      const notBefore = chat.clock.now() + MINUTE_MS;
      expect(
        await chat.store.turns.requeue(first.turn.id, 1, { ...again, notBefore, error: "no sandbox" }),
      ).toMatchObject({
        state: "queued",
        error: "no sandbox",
        leaseEpoch: null,
        deadlineAt: null,
        attempt: 1,
        tries: 1,
      });
      expect(await chat.store.turns.runnable()).toEqual([]);
      expect(await chat.store.turns.nextWakeUp()).toBe(notBefore);
      expect(
        await chat.store.turns.claim({ conversationId: chat.conversation.id, epoch: 1, deadlineAt: 1 }),
      ).toBeNull();
      chat.clock.advance(MINUTE_MS);
      expect(await chat.store.turns.nextWakeUp()).toBeNull();
      expect(await chat.store.turns.runnable()).toHaveLength(1);
      expect(await claim(chat)).toMatchObject({ id: first.turn.id, attempt: 2, tries: 2, notBefore: null });
    });

    it("stay interrupted, and do not count a try that was taken back", async () => {
      const chat = await openChat(make);
      const { turn } = await receive(chat, 1);
      await claim(chat);
      await chat.store.turns.assign(turn.id, 1, 4);
      await chat.store.turns.accepted(turn.id, 1);
      await chat.store.turns.requeue(turn.id, 1, { ...again, interrupted: true, countAttempt: false });
      expect(await claim(chat)).toMatchObject({
        attempt: 2,
        tries: 1,
        interrupted: true,
        acceptedAt: null,
        sandboxGeneration: null,
      });
      await chat.store.turns.requeue(turn.id, 2, again);
      expect(await claim(chat)).toMatchObject({ attempt: 3, tries: 2, interrupted: true });
    });

    it("ignore what is said about an attempt that is over", async () => {
      const chat = await openChat(make);
      const { turn } = await receive(chat, 1);
      await claim(chat);
      await chat.store.turns.requeue(turn.id, 1, again);
      await chat.store.turns.assign(turn.id, 1, 4);
      await claim(chat);
      await chat.store.turns.assign(turn.id, 1, 4);
      await chat.store.turns.accepted(turn.id, 1);
      expect(await chat.store.turns.requeue(turn.id, 1, again)).toBeNull();
      expect(await chat.store.turns.get(turn.id)).toMatchObject({
        state: "running",
        sandboxGeneration: null,
        acceptedAt: null,
      });
    });

    it("store lease, generation and acceptance, and are adopted by a new epoch", async () => {
      const chat = await openChat(make);
      const { turn } = await receive(chat, 1);
      await claim(chat, 3);
      await chat.store.turns.assign(turn.id, 1, 4);
      await chat.store.turns.accepted(turn.id, 1);
      const acceptedAt = chat.clock.now();
      chat.clock.advance(10);
      await chat.store.turns.accepted(turn.id, 1);
      expect(await chat.store.turns.get(turn.id)).toMatchObject({ leaseEpoch: 3, sandboxGeneration: 4, acceptedAt });
      await chat.store.turns.assign(turn.id, 1, 5);
      expect(await chat.store.turns.get(turn.id)).toMatchObject({ sandboxGeneration: 5 });
      await chat.store.turns.requeue(turn.id, 1, again);
      const { id: conversationId } = chat.conversation;
      await chat.store.turns.claim({ conversationId, epoch: 3, deadlineAt: 1, sandboxGeneration: 6 });
      expect(await chat.store.turns.get(turn.id)).toMatchObject({ sandboxGeneration: 6, acceptedAt: null });
      await chat.store.turns.accepted(turn.id, 2);
      await chat.store.turns.adopt(turn.id, 8);
      expect(await chat.store.turns.get(turn.id)).toMatchObject({
        leaseEpoch: 8,
        state: "running",
        sandboxGeneration: 6,
      });
    });

    it("store a fact once, only in its attempt, only for its own group", async () => {
      const chat = await openChat(make);
      const other = await addChat(chat.store, "2");
      const { turns } = chat.store;
      await receive(chat, 1);
      const turn = await claim(chat);
      expect(await turns.record(chat.groupId, toolOf(turn, 2))).toBe("applied");
      expect(await turns.record(chat.groupId, toolOf(turn, 1))).toBe("applied");
      expect(await turns.record(chat.groupId, toolOf(turn, 2))).toBe("duplicate");
      expect(await turns.record(other.groupId, toolOf(turn, 3))).toBe("unknown");
      expect(await turns.record(chat.groupId, { ...toolOf(turn, 3), turnId: "none" })).toBe("unknown");
      expect(await turns.record(chat.groupId, { ...toolOf(turn, 3), conversationId: other.conversation.id })).toBe(
        "unknown",
      );
      expect(await turns.record(chat.groupId, { ...toolOf(turn, 3), attempt: 2 })).toBe("stale");
      expect(await turns.events(turn.id)).toMatchObject([
        { seq: 1, type: "tool", attempt: 1, data: { phase: "started", name: "Bash", toolUseId: "use-1" } },
        { seq: 2 },
      ]);
      await turns.requeue(turn.id, 1, again);
      expect(await turns.record(chat.groupId, toolOf(turn, 3))).toBe("stale");
      const second = await claim(chat);
      expect(await turns.events(turn.id)).toEqual([]);
      expect(await turns.record(chat.groupId, toolOf(second, 1))).toBe("applied");
      expect(await turns.record(chat.groupId, toolOf(turn, 2))).toBe("duplicate");
    });

    it("know their session from the moment it started", async () => {
      const chat = await openChat(make);
      await receive(chat, 1);
      const { id: turnId, conversationId, attempt } = await claim(chat);
      const started = { type: "started", turnId, conversationId, attempt, seq: 1, model: "m" } as const;
      await chat.store.turns.record(chat.groupId, { ...started, sessionId: "session-7" });
      expect((await chat.store.conversations.get(conversationId))?.sessionId).toBe("session-7");
    });

    it("end with the answer, its parts, session and usage at once", async () => {
      const chat = await openChat(make);
      await receive(chat, 1);
      const turn = await claim(chat);
      chat.clock.advance(10);
      const parts = [textPart("one"), textPart("two")];
      const outcome = await chat.store.turns.succeed(chat.groupId, resultOf(turn), parts);
      expect(outcome).toMatchObject({
        outcome: "applied",
        turn: { state: "succeeded", usage: someUsage, finishedAt: chat.clock.now(), error: null },
        message: { role: "assistant", sender: "agent", content: "The answer.", delivery: "pending", turnId: turn.id },
      });
      expect((await chat.store.conversations.get(chat.conversation.id))?.sessionId).toBe("session-1");
      expect(await chat.store.turns.events(turn.id)).toMatchObject([{ type: "result" }]);
      expect(await chat.store.turns.open()).toEqual([]);
      expect(await chat.store.outbox.take(chat.chatKey)).toMatchObject({ part: 0, body: { plain: "one" } });
    });

    it("commit a result once, however often and in how many copies it comes", async () => {
      const chat = await openChat(make);
      const other = await addChat(chat.store, "2");
      await receive(chat, 1);
      const turn = await claim(chat);
      const result = resultOf(turn);
      const send = () => chat.store.turns.succeed(chat.groupId, result, [textPart("answer")]);
      expect((await chat.store.turns.succeed(other.groupId, result, [])).outcome).toBe("unknown");
      expect((await chat.store.turns.succeed(chat.groupId, { ...result, attempt: 2 }, [])).outcome).toBe("stale");
      const outcomes = await Promise.all([send(), send(), send()]);
      expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(["applied", "duplicate", "duplicate"]);
      expect((await chat.store.turns.succeed(chat.groupId, { ...result, seq: 10 }, [])).outcome).toBe("stale");
      expect(await chat.store.messages.byTurn(turn.id)).toHaveLength(2);
      await chat.store.outbox.sent((await chat.store.outbox.take(chat.chatKey))!.id, "500");
      expect(await chat.store.outbox.take(chat.chatKey)).toBeNull();
    });

    it("do not lose the answer when the runner used its number for another fact", async () => {
      const chat = await openChat(make);
      await receive(chat, 1);
      const turn = await claim(chat);
      await chat.store.turns.record(chat.groupId, toolOf(turn, 9));
      expect((await chat.store.turns.succeed(chat.groupId, resultOf(turn), [])).outcome).toBe("applied");
    });

    it("end once with an explanation, queued or running", async () => {
      const chat = await openChat(make);
      const { turn } = await receive(chat, 1);
      const end = { turnId: turn.id, ...explained, parts: [textPart("Sorry.")] };
      expect(await chat.store.turns.end({ ...end, attempt: 3 })).toBeNull();
      const ended = await chat.store.turns.end({ ...end, state: "cancelled", code: "interrupted" });
      expect(ended).toMatchObject({
        turn: { state: "cancelled", errorCode: "interrupted", error: "the sandbox died" },
        message: { role: "notice", sender: "praktor", content: "Sorry.", delivery: "pending", turnId: turn.id },
      });
      expect(await chat.store.turns.end(end)).toBeNull();
      expect(await chat.store.turns.end({ ...end, turnId: "none" })).toBeNull();
      expect(await chat.store.turns.requestCancel(turn.id)).toBeNull();
      expect(await chat.store.messages.byTurn(turn.id)).toHaveLength(2);
    });

    it("end on a runner's failure in its own attempt, with its session and usage", async () => {
      const chat = await openChat(make);
      await receive(chat, 1);
      const old = await claim(chat);
      await chat.store.turns.requeue(old.id, 1, again);
      const turn = await claim(chat);
      const end = { turnId: turn.id, ...explained, parts: [] };
      expect(await chat.store.turns.end({ ...end, fact: failedOf(old, 4) })).toBeNull();
      expect(await chat.store.turns.end({ ...end, fact: failedOf(turn, 4) })).toMatchObject({
        turn: { state: "failed", usage: someUsage },
        message: { delivery: null },
      });
      expect((await chat.store.conversations.get(chat.conversation.id))?.sessionId).toBe("session-of-failure");
      expect(await chat.store.turns.events(turn.id)).toMatchObject([{ type: "failed", seq: 4 }]);
      expect((await chat.store.turns.succeed(chat.groupId, resultOf(turn), [])).outcome).toBe("stale");
      expect(await chat.store.turns.record(chat.groupId, failedOf(turn, 4))).toBe("duplicate");
    });

    it("remember that somebody wants them cancelled", async () => {
      const chat = await openChat(make);
      const { turn } = await receive(chat, 1);
      expect(await chat.store.turns.requestCancel(turn.id)).toMatchObject({ state: "queued", cancelRequested: true });
      expect(await claim(chat)).toMatchObject({ cancelRequested: true });
      expect(await chat.store.turns.requestCancel("none")).toBeNull();
    });

    it("wake up for the nearest waiting turn", async () => {
      const chat = await openChat(make);
      expect(await chat.store.turns.nextWakeUp()).toBeNull();
      const other = await addChat(chat.store, "2");
      const delays = [HOUR_MS, MINUTE_MS];
      for (const [index, conversation] of [chat.conversation, other.conversation].entries()) {
        const { turn } = await receive({ store: chat.store, conversation }, index);
        await claim({ ...chat, conversation });
        const notBefore = chat.clock.now() + (delays[index] ?? 0);
        await chat.store.turns.requeue(turn.id, 1, { ...again, notBefore });
      }
      expect(await chat.store.turns.nextWakeUp()).toBe(chat.clock.now() + MINUTE_MS);
      chat.clock.advance(MINUTE_MS);
      expect(await chat.store.turns.nextWakeUp()).toBe(chat.clock.now() + HOUR_MS - MINUTE_MS);
    });
  });
}
