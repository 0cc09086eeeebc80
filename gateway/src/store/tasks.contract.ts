/** What scheduled tasks and their runs promise. */
import { describe, expect, it } from "vitest";
import type { Task } from "./rows.ts";
import {
  callOf,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  openChat,
  resultOf,
  textPart,
  type Chat,
  type MakeStore,
} from "./contract-fixture.ts";
import type { NewTask } from "./contract/task-store.ts";

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
      maxDurationMs: null,
      maxCostUsd: null,
      preCheck: null,
      mayManageTasks: false,
      ownSandbox: false,
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

  const everyTask = { limit: 99, prompts: { wholeUpToBytes: 1_000, cutToCharacters: 3 } };

  describe("tasks", () => {
    it("are listed page by page, group by group, with cut prompts where a group has much to say", async () => {
      const chat = await openChat(make);
      const { tasks, groups } = chat.store;
      await groups.create({ id: "z", name: "z", folder: "z" });
      const heavy = "é".repeat(400);
      for (const id of ["b", "a"]) await taskOf(chat, { id, prompt: heavy });
      chat.clock.advance(1);
      await taskOf(chat, { id: "c", prompt: "éé" });
      await taskOf(chat, { id: "y", groupId: "z", prompt: heavy });
      const all = await tasks.page(everyTask);
      expect(all.map(({ id, prompt, promptCut }) => [id, prompt, promptCut])).toEqual([
        ["a", "ééé", true],
        ["b", "ééé", true],
        ["c", "éé", false],
        ["y", heavy, false],
      ]);
      expect(await tasks.page({ ...everyTask, groupId: "z" })).toEqual(all.slice(3));
      for (const [index, task] of all.entries()) {
        expect(await tasks.page({ ...everyTask, limit: 2, after: task })).toEqual(all.slice(index + 1, index + 3));
        const own = { ...everyTask, groupId: chat.groupId, after: task };
        expect(await tasks.page(own)).toEqual(all.slice(index + 1, 3));
      }
      expect(await tasks.get("a")).toMatchObject({ prompt: heavy });
    });

    it("are counted and weighed, and the one that has been over the longest is known", async () => {
      const chat = await openChat(make);
      const { tasks } = chat.store;
      expect(await tasks.use(chat.groupId)).toMatchObject({ tasks: 0, textBytes: 0 });
      await taskOf(chat, { id: "a", prompt: "é", preCheck: "abc" });
      await taskOf(chat, { id: "b", prompt: "1234" });
      const both = { tasks: 2, textBytes: 9 };
      expect(await tasks.use(chat.groupId)).toEqual({ ...both, notOver: both });
      expect(await tasks.longestOver(chat.groupId)).toBeNull();
      await tasks.update("b", { status: "completed" });
      expect(await tasks.use(chat.groupId)).toEqual({ ...both, notOver: { tasks: 1, textBytes: 5 } });
      expect(await tasks.longestOver(chat.groupId)).toBe("b");
      expect(await tasks.longestOver("other")).toBeNull();
    });

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
      expect(await tasks.page({ ...everyTask, groupId: "other" })).toEqual([]);
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
      expect(await runs.lastDelivery("task")).toBe("sent");
      expect(await runs.lastDelivery("other")).toBeNull();
      expect(await chat.store.tasks.page(everyTask)).toMatchObject([{ id: "task", delivery: "sent" }]);
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

    it("forget old runs and those that are too many, with their conversations, and nothing else", async () => {
      const chat = await openChat(make);
      const { conversations, messages, turns } = chat.store;
      const { runs } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      const claimed = await claimAt(chat, dueAt);
      await succeed(chat, claimed?.started?.turn.conversationId ?? "");
      await runs.settle({ runId: `run-${dueAt}`, state: "succeeded", error: null, messageId: null, say: [] });
      const first = claimed?.started?.turn;
      const said = { conversationId: chat.conversation.id, turnId: first?.id ?? "", content: "On the way", parts: [] };
      await messages.notice(said);
      chat.clock.advance(DAY_MS);
      const kept = { forMs: 2 * DAY_MS, ofTask: 1 };
      expect(await chat.store.prune(kept)).toMatchObject({ taskRuns: 0, runConversations: 0 });
      const later = await claimAt(chat, dueAt + HOUR_MS);
      // The newer one is open: it is the one that is kept.
      expect(await chat.store.prune(kept)).toMatchObject({ taskRuns: 1, runConversations: 1 });
      expect((await runs.history("task", 9)).map((run) => run.state)).toEqual(["queued"]);
      expect(await conversations.get(first?.conversationId ?? "")).toBeNull();
      expect(await turns.get(first?.id ?? "")).toBeNull();
      const page = await messages.page({ groupId: chat.groupId, limit: 9 });
      expect(page).toMatchObject([{ content: "On the way", turnId: null }]);
      await succeed(chat, later?.started?.turn.conversationId ?? "");
      const runId = `run-${dueAt + HOUR_MS}`;
      await runs.settle({ runId, state: "succeeded", error: null, messageId: null, say: [] });
      chat.clock.advance(2 * DAY_MS + 1);
      expect(await chat.store.prune(kept)).toMatchObject({ taskRuns: 1, runConversations: 1 });
      expect(await runs.history("task", 9)).toEqual([]);
      expect(await conversations.get(chat.conversation.id)).not.toBeNull();
    });

    it("end a try at the task's own limit of time, and never later than every turn ends", async () => {
      const chat = await openChat(make);
      const dueAt = (await taskOf(chat, { maxDurationMs: MINUTE_MS })).nextRunAt!;
      const { conversationId = "" } = (await claimAt(chat, dueAt))?.started?.turn ?? {};
      const now = chat.clock.now();
      const turn = await chat.store.turns.claim({ conversationId, epoch: 1, deadlineAt: now + HOUR_MS });
      expect(turn?.deadlineAt).toBe(now + MINUTE_MS);
      await chat.store.turns.requeue(turn?.id ?? "", 1, {
        interrupted: false,
        notBefore: null,
        error: null,
        countAttempt: true,
      });
      const again = await chat.store.turns.claim({ conversationId, epoch: 1, deadlineAt: now + 1 });
      expect(again?.deadlineAt).toBe(now + 1);
    });

    it("add up what a run has cost in all its tries: what was metered, else what Claude Code said", async () => {
      const chat = await openChat(make);
      const { runs, turns, usage } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      const { id = "", conversationId = "" } = (await claimAt(chat, dueAt))?.started?.turn ?? {};
      const runId = `run-${dueAt}`;
      expect(await runs.cost(runId)).toBe(0);
      expect((await runs.history("task", 9))[0]?.costUsd).toBeNull();
      await turns.end({ turnId: id, state: "failed", code: "lost", error: "e", explanation: "x", parts: [] });
      for (const costUsd of [0.25, 0.5]) await usage.record(callOf({ turnId: id, costUsd }));
      await usage.record(callOf({ turnId: "another", costUsd: 9 }));
      const again = { runId, turnId: "second", conversationId: null, context: "c", endedTurnId: id, notBefore: 0 };
      await runs.retry(again);
      const turn = await turns.claim({ conversationId, epoch: 1, deadlineAt: chat.clock.now() + HOUR_MS });
      if (!turn) throw new Error("there was no turn to claim");
      const result = resultOf(turn);
      await turns.succeed(chat.groupId, { ...result, usage: { ...result.usage, costUsd: 1 } }, []);
      expect(await runs.cost(runId)).toBe(1.75);
      expect((await runs.history("task", 9))[0]?.costUsd).toBe(1.75);
    });

    it("are made once for a request that comes twice", async () => {
      const chat = await openChat(make);
      const task = await taskOf(chat, { requestKey: "k" });
      expect(await taskOf(chat, { id: "second", requestKey: "k", name: "Another" })).toEqual(task);
      expect((await taskOf(chat, { id: "third", requestKey: "l" })).id).toBe("third");
      expect((await taskOf(chat, { id: "fourth" })).id).toBe("fourth");
      expect(await taskOf(chat, { id: "fifth" })).toMatchObject({ id: "fifth" });
    });

    it("a run that had nothing to do is skipped, and failures before it still count", async () => {
      const chat = await openChat(make);
      const { runs, turns } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      for (const [index, state] of (["failed", "skipped"] as const).entries()) {
        const at = dueAt + index * HOUR_MS;
        await claimAt(chat, at);
        const code = state === "failed" ? "lost" : "not_needed";
        await turns.end({ turnId: `turn-${at}`, state: "failed", code, error: "e", explanation: "x", parts: [] });
        await runs.settle({ runId: `run-${at}`, state, error: state, messageId: null, say: [] });
      }
      expect(await chat.store.tasks.get("task")).toMatchObject({ failuresInRow: 1, lastStatus: "skipped" });
    });

    it("find the run that a message in the chat tells of", async () => {
      const chat = await openChat(make);
      const { runs, outbox } = chat.store;
      const dueAt = (await taskOf(chat)).nextRunAt!;
      const claimed = await claimAt(chat, dueAt);
      await runs.checked(`run-${dueAt}`, "3 new mails");
      await succeed(chat, claimed?.started?.turn.conversationId ?? "");
      const parts = [textPart("one"), textPart("two")];
      const word = { conversationId: chat.conversation.id, role: "assistant", content: "Hi", parts } as const;
      await runs.settle({ runId: `run-${dueAt}`, state: "succeeded", error: null, messageId: null, say: [word] });
      for (const externalId of ["70", "71"]) {
        await outbox.sent((await outbox.take(chat.chatKey))?.id ?? 0, externalId);
      }
      expect(await runs.toldIn(chat.conversation.address, "71")).toMatchObject({
        task: { id: "task" },
        run: { id: `run-${dueAt}`, checkOutput: "3 new mails" },
        message: { content: "Hi" },
      });
      expect(await runs.toldIn(chat.conversation.address, "72")).toBeNull();
      expect(await runs.toldIn({ channel: "telegram", chatId: "999" }, "71")).toBeNull();
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
