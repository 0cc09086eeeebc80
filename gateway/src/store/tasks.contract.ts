/** What scheduled tasks and their runs promise. */
import { describe, expect, it } from "vitest";
import type { Task } from "./rows.ts";
import { HOUR_MS, MINUTE_MS, openChat, resultOf, textPart, type Chat, type MakeStore } from "./contract-fixture.ts";
import type { NewTask } from "./contract.ts";

export function tasksContract(make: MakeStore): void {
  const taskOf = async (chat: Chat, change: Partial<NewTask> = {}): Promise<Task> =>
    await chat.store.tasks.create({
      id: "task",
      groupId: chat.groupId,
      name: "Morning",
      schedule: { kind: "interval", interval_ms: HOUR_MS },
      timezone: "Europe/Berlin",
      prompt: "Say good morning.",
      contextMode: "isolated",
      status: "active",
      overlap: "skip",
      catchUp: "run_once",
      graceMs: HOUR_MS,
      model: null,
      maxTurns: null,
      mayManageTasks: false,
      anchorAt: chat.clock.now(),
      nextRunAt: chat.clock.now() + HOUR_MS,
      ...change,
    });
  const claimAt = (chat: Chat, dueAt: number, nextRunAt: number | null = dueAt + HOUR_MS) =>
    chat.store.runs.claim({
      taskId: "task",
      dueAt,
      nextRunAt,
      missed: [],
      run: { runId: `run-${dueAt}`, turnId: `turn-${dueAt}`, conversationId: null, context: "c", scheduledFor: dueAt },
      maxWaiting: 2,
      say: [],
    });
  const succeed = async (chat: Chat, conversationId: string): Promise<void> => {
    const turn = await chat.store.turns.claim({ conversationId, epoch: 1, deadlineAt: chat.clock.now() + HOUR_MS });
    if (!turn) throw new Error("there was no turn to claim");
    await chat.store.turns.succeed(chat.groupId, resultOf(turn), []);
  };

  describe("tasks", () => {
    it("are found when they are due, and not before, and not while they are paused", async () => {
      const chat = await openChat(make);
      const { tasks } = chat.store;
      const task = await taskOf(chat);
      expect(await tasks.get("task")).toEqual(task);
      expect(await tasks.nextDueAt()).toBe(task.nextRunAt);
      expect(await tasks.due(task.nextRunAt! - 1, 9)).toEqual([]);
      expect(await tasks.due(task.nextRunAt!, 9)).toEqual([task]);
      expect(await tasks.pending()).toBe(1);
      expect(await tasks.update("task", { status: "paused", name: "Evening" })).toMatchObject({ name: "Evening" });
      expect(await tasks.due(task.nextRunAt!, 9)).toEqual([]);
      expect(await tasks.nextDueAt()).toBeNull();
      expect(await tasks.list("other")).toEqual([]);
      expect(await tasks.update("missing", { name: "x" })).toBeNull();
    });

    it("claim a moment once: the task moves on, the run has its turn, and a second claim does nothing", async () => {
      const chat = await openChat(make);
      const { tasks, runs, conversations, messages } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      chat.clock.advance(HOUR_MS);
      const claimed = await claimAt(chat, dueAt);
      expect(claimed?.task.nextRunAt).toBe(dueAt + HOUR_MS);
      expect(claimed?.runs).toMatchObject([
        { state: "queued", scheduledFor: dueAt, tries: 1, turnId: `turn-${dueAt}` },
      ]);
      expect(await claimAt(chat, dueAt)).toBeNull();
      const conversation = await conversations.get(claimed?.started?.turn.conversationId ?? "");
      expect(conversation).toMatchObject({ kind: "task_run", address: { channel: "none" }, sessionId: null });
      expect(await messages.byTurn(`turn-${dueAt}`)).toMatchObject([{ content: "Say good morning.", role: "user" }]);
      expect((await conversations.list(chat.groupId)).map((known) => known.kind)).toEqual(["chat"]);
      expect(await runs.ofTurn(`turn-${dueAt}`)).toMatchObject({ task: { id: "task" } });
      // The clock went back, and the same moment is computed again.
      await tasks.update("task", { nextRunAt: dueAt });
      expect(await claimAt(chat, dueAt)).toMatchObject({ runs: [], started: null });
      expect(await runs.history("task", 9)).toHaveLength(1);
    });

    it("are over with an answer in the group's chat; ran and delivered are two facts", async () => {
      const chat = await openChat(make);
      const { runs, outbox } = chat.store;
      const dueAt = (await taskOf(chat, { schedule: { kind: "once", at_ms: 1 } })).nextRunAt!;
      const claimed = await claimAt(chat, dueAt, null);
      expect(claimed?.task.status).toBe("active");
      expect(await runs.ended(9)).toEqual([]);
      await succeed(chat, claimed?.started?.turn.conversationId ?? "");
      const [ended] = await runs.ended(9);
      expect(ended).toMatchObject({ run: { id: `run-${dueAt}` }, word: { role: "assistant" } });
      const word = {
        conversationId: chat.conversation.id,
        role: "assistant",
        content: "Hi",
        parts: [textPart("Hi")],
      } as const;
      const end = { runId: `run-${dueAt}`, state: "succeeded", error: null, messageId: null, say: [word] } as const;
      expect(await runs.settle(end)).toMatchObject({
        task: { status: "completed", lastStatus: "succeeded", lastRunAt: dueAt },
        messages: [{ content: "Hi", conversationId: chat.conversation.id }],
      });
      expect(await runs.settle(end)).toBeNull();
      expect(await runs.ended(9)).toEqual([]);
      expect(await runs.history("task", 9)).toMatchObject([{ state: "succeeded", delivery: "pending" }]);
      const part = await outbox.take(chat.chatKey);
      await outbox.sent(part?.id ?? 0, "77");
      expect(await runs.lastDeliveries({ groupId: chat.groupId })).toEqual(new Map([["task", "sent"]]));
      expect(await runs.lastDeliveries({ taskId: "other" })).toEqual(new Map());
      const page = await chat.store.messages.page({ groupId: chat.groupId, limit: 9 });
      expect(page.map((message) => message.content)).toEqual(["Hi"]);
      expect((await chat.store.messages.recent(9)).map((message) => message.content)).toEqual(["Hi"]);
      expect(await runs.history("task", 9)).toMatchObject([{ state: "succeeded", delivery: "sent" }]);
    });

    it("leave a run out, or let it wait, while another is open", async () => {
      const chat = await openChat(make);
      const { tasks, runs } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      const first = await claimAt(chat, dueAt);
      expect(await claimAt(chat, dueAt + HOUR_MS)).toMatchObject({ runs: [{ state: "skipped" }], started: null });
      await tasks.update("task", { overlap: "queue" });
      for (const hours of [2, 3]) {
        expect(await claimAt(chat, dueAt + hours * HOUR_MS)).toMatchObject({ runs: [{ state: "waiting" }] });
      }
      expect(await claimAt(chat, dueAt + 4 * HOUR_MS)).toMatchObject({ runs: [{ state: "skipped" }] });
      expect(await runs.startable()).toEqual([]);
      await succeed(chat, first?.started?.turn.conversationId ?? "");
      await runs.settle({ runId: `run-${dueAt}`, state: "succeeded", error: null, messageId: null, say: [] });
      const [next, ...others] = await runs.startable();
      expect(others).toEqual([]);
      expect(next?.run.scheduledFor).toBe(dueAt + 2 * HOUR_MS);
      const start = { runId: next?.run.id ?? "", turnId: "again", conversationId: null, context: "c" };
      expect(await runs.startWaiting(start)).toMatchObject({ run: { state: "queued" }, turn: { id: "again" } });
      expect(await runs.startWaiting(start)).toBeNull();
    });

    it("try a failed run again in the same conversation, once for each ended turn", async () => {
      const chat = await openChat(make);
      const { runs, turns } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      const claimed = await claimAt(chat, dueAt);
      const { conversationId = "", id = "" } = claimed?.started?.turn ?? {};
      await turns.end({
        turnId: id,
        state: "failed",
        code: "model_overloaded",
        error: "e",
        explanation: "x",
        parts: [],
      });
      const again = { runId: `run-${dueAt}`, turnId: "second", conversationId: null, context: "c" };
      const notBefore = chat.clock.now() + MINUTE_MS;
      const retried = await runs.retry({ ...again, endedTurnId: id, notBefore });
      expect(retried).toMatchObject({ run: { tries: 2 }, turn: { conversationId, notBefore } });
      expect(await runs.retry({ ...again, turnId: "third", endedTurnId: id, notBefore })).toBeNull();
      expect(await turns.nextWakeUp()).toBe(notBefore);
      await turns.end({ turnId: "second", state: "failed", code: "lost", error: "e", explanation: "x", parts: [] });
      const end = { runId: `run-${dueAt}`, state: "failed", error: "e", messageId: null, say: [] } as const;
      expect(await runs.settle(end)).toMatchObject({ task: { failuresInRow: 1, status: "active" } });
    });

    it("forget their runs after half a year", async () => {
      const chat = await openChat(make);
      const { runs } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      const claimed = await claimAt(chat, dueAt);
      await succeed(chat, claimed?.started?.turn.conversationId ?? "");
      await runs.settle({ runId: `run-${dueAt}`, state: "succeeded", error: null, messageId: null, say: [] });
      chat.clock.advance(179 * 24 * HOUR_MS);
      expect((await chat.store.prune()).taskRuns).toBe(0);
      chat.clock.advance(2 * 24 * HOUR_MS);
      expect((await chat.store.prune()).taskRuns).toBe(1);
      expect(await runs.history("task", 9)).toEqual([]);
    });

    it("run now beside the series, and vanish with their runs when they are deleted", async () => {
      const chat = await openChat(make);
      const { tasks, runs } = chat.store;
      const task = await taskOf(chat);
      const start = { taskId: "task", runId: "now", turnId: "t", conversationId: null, context: "c", maxWaiting: 2 };
      expect(await runs.runNow(start)).toMatchObject({ run: { trigger: "manual" }, started: { turn: { id: "t" } } });
      expect((await tasks.get("task"))?.nextRunAt).toBe(task.nextRunAt);
      expect(await tasks.remove("task")).toBe(true);
      expect(await tasks.remove("task")).toBe(false);
      expect(await runs.history("task", 9)).toEqual([]);
    });
  });
}
