import { describe, expect, it } from "vitest";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger } from "../kit/logger.ts";
import {
  addChat,
  type Chat,
  claim,
  failedOf,
  receive,
  resultOf,
  callOf,
  TestClock,
  textPart,
  toolOf,
} from "./contract-fixture.ts";
import { migrations } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { newSwarmOf } from "./swarms.contract.ts";
import { temporaryDatabases } from "./temporary-database.ts";

const databases = temporaryDatabases();

/**
 * Scans that stay short however old the installation is: a list of groups, what is forgotten as a whole, the few rows of the vault, partial indexes that hold only what is open, the
 * few rows of an intermediate result, and the newest messages and swarms, read from the end up to a limit.
 */
const SHORT_SCANS = [
  /^SCAN groups/,
  /^SCAN (scheduled_tasks|listed)\b/,
  /^SCAN (vault_keys|secrets|older_secrets|taken_secrets)$/,
  /^SCAN health_probe/,
  /^SCAN heads/,
  /^SCAN CONSTANT ROW/,
  /^SCAN \(subquery/,
  /^SCAN messages_fts VIRTUAL TABLE INDEX/,
  /USING (COVERING )?INDEX (turns_open|turns_queued|outbox_unsent|outbox_sending|agent_sessions_live|task_runs_open|swarm_runs_running)\b/,
];

async function everyStatement(): Promise<Map<string, string[]>> {
  const clock = new TestClock();
  const connection = openDatabase(databases.path(), migrations, silentLogger);
  connection.exec("pragma synchronous = off");
  const statements = new Set<string>();
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (sql, options) => {
    statements.add(sql);
    return prepare(sql, options);
  };
  const store = databases.own(new SqliteStore(connection, clock, timeSortedIds(clock)));
  await useEverything(store, clock);
  const plans = new Map<string, string[]>();
  for (const sql of statements) {
    // Not inserts: for each table that refers to the new row SQLite plans a scan, which it makes only while a reference dangles.
    if (!/^\s*(with|select|update|delete)/i.test(sql)) continue;
    const plan = prepare(`explain query plan ${sql}`).all();
    plans.set(
      sql,
      plan.map((step) => String(step["detail"])),
    );
  }
  return plans;
}

async function useEverything(store: SqliteStore, clock: TestClock): Promise<void> {
  const chat = { store, clock, ...(await addChat(store, "1")) };
  const { groupId, conversation, chatKey } = chat;
  await store.groups.get(groupId);
  await store.groups.list();
  await store.groups.all();
  await store.groups.update(groupId, { isMain: true });
  await store.groups.activity();
  await store.conversations.list(groupId);
  await store.conversations.byAddress(conversation.address);
  for (let updateId = 1; updateId <= 3; updateId++) await receive(chat, updateId);
  const message = { conversationId: conversation.id, sender: "user:7", content: "x", idempotencyKey: "k" };
  await store.inbox.submit(message);
  await store.inbox.submit(message);
  await store.messages.page({ groupId, limit: 5 });
  await store.messages.page({ groupId, before: 9, limit: 5 });
  await store.messages.page({ groupId, conversationId: conversation.id, limit: 5 });
  await store.messages.page({ groupId, conversationId: conversation.id, before: 9, limit: 5 });
  await store.messages.page({ groupId, after: 1, limit: 5 });
  await store.messages.page({ groupId, conversationId: conversation.id, after: 1, limit: 5 });
  await store.messages.search({ query: "message", limit: 5 });
  await store.messages.search({ query: "message", groupId, limit: 5 });
  await store.messages.recent(5);
  await store.messages.notice({ conversationId: conversation.id, content: "n", parts: [textPart("n")] });
  await store.turns.open();
  await store.turns.open(groupId);
  await store.turns.runnable();
  await store.turns.nextWakeUp();
  const first = await claim(chat);
  await store.turns.assign(first.id, 1, 1);
  await store.turns.accepted(first.id, 1);
  await store.turns.adopt(first.id, 2);
  await store.turns.record(groupId, toolOf(first, 1));
  await store.turns.events(first.id);
  await store.turns.requeue(first.id, 1, { interrupted: true, notBefore: null, error: null, countAttempt: false });
  await store.turns.requestCancel(first.id);
  const second = await claim(chat);
  await store.turns.succeed(groupId, resultOf(second), [textPart("a")]);
  await store.turns.work([second.id]);
  await store.messages.byTurn(second.id);
  await receive(chat, 10);
  const third = await claim(chat);
  const end = { turnId: third.id, state: "failed", code: "lost", error: "e", explanation: "x", parts: [] } as const;
  await store.turns.end({ ...end, parts: [], fact: failedOf(third, 1) });
  await store.outbox.ready("telegram");
  await store.outbox.nextWakeUp("telegram");
  const part = await store.outbox.take(chatKey);
  await store.outbox.uncertain(part?.id ?? 0, "e", 0);
  await store.outbox.take(chatKey);
  await store.outbox.recover();
  await store.outbox.sent((await store.outbox.take(chatKey))?.id ?? 0, "1");
  await store.outbox.holdChat(chatKey, 1);
  await store.sandboxes.begin({ id: "s", groupId, tokenHash: "h" });
  await store.sandboxes.running("s", "c");
  await store.sandboxes.setNatsUser("s", "u");
  await store.sandboxes.touch("s");
  await store.sandboxes.byTokenHash("h");
  await store.sandboxes.get("s");
  await store.sandboxes.live();
  const audit = { actor: { type: "cli", id: "cli" }, action: "vault", outcome: "ok" } as const;
  await store.vault.begin({ id: "k", kind: "file", salt: null, sealedCheck: "c" });
  await store.vault.put({ name: "A", keyId: "k", sealed: "s" }, audit);
  await store.vault.assign({ secretName: "A", groupId, delivery: "env", target: "A" }, audit);
  await store.vault.put({ name: "A", keyId: "k", sealed: "t" }, audit);
  await store.vault.older();
  await store.vault.taken(groupId);
  await store.sandboxes.stopped("s", null);
  await store.settings.set("k", "v");
  await store.settings.get("k");
  await store.settings.increment("n");
  await store.usage.record(callOf({ groupId }));
  await store.usage.days("2026-01-01");
  await store.usage.of({ turnId: "t" });
  await store.usage.of({ taskId: "t" });
  await store.usage.of({ swarmId: "t" });
  await store.troubles.list(0, 5);
  const run = { runId: "r", turnId: "rt", conversationId: null, context: "c" };
  await store.tasks.create({
    id: "task",
    groupId,
    name: "n",
    schedule: { kind: "once", at_ms: 1 },
    timezone: "UTC",
    prompt: "p",
    contextMode: "isolated",
    status: "active",
    overlap: "queue",
    catchUp: "skip",
    graceMs: 0,
    model: null,
    maxTurns: null,
    maxDurationMs: null,
    maxCostUsd: null,
    preCheck: null,
    requestKey: "k",
    mayManageTasks: false,
    ownSandbox: false,
    anchorAt: 1,
    nextRunAt: 1,
  });
  const listed = { limit: 5, prompts: { wholeUpToBytes: 9, cutToCharacters: 3 } };
  const after = { groupId, createdAt: 0, id: "a" };
  await store.tasks.page(listed);
  await store.tasks.page({ ...listed, after });
  await store.tasks.page({ ...listed, groupId });
  await store.tasks.page({ ...listed, groupId, after });
  await store.tasks.use(groupId);
  await store.tasks.requested(groupId, "key");
  await store.tasks.longestOver(groupId);
  await store.tasks.pending();
  await store.runs.lastDelivery("task");
  await store.tasks.due(1, 5);
  await store.tasks.nextDueAt();
  const claimed = { taskId: "task", dueAt: 1, nextRunAt: 2, missed: [], maxWaiting: 1, say: [] };
  await store.runs.claim({ ...claimed, run: { ...run, scheduledFor: 1 } });
  await store.runs.runNow({ ...run, runId: "r2", taskId: "task", maxWaiting: 1 });
  await store.turns.end({ ...end, parts: [], turnId: "rt" });
  await store.runs.ended(5);
  await store.runs.ofTurn("rt");
  await store.runs.retry({ ...run, turnId: "rt2", endedTurnId: "rt", notBefore: 0 });
  await store.runs.settle({ runId: "r", state: "failed", error: "e", messageId: 1, say: [] });
  await store.runs.startable();
  await store.runs.startWaiting({ ...run, runId: "r2", turnId: "rt3" });
  await store.runs.history("task", 5);
  await store.runs.cost("r");
  await store.runs.checked("r", "o");
  await store.runs.toldIn(conversation.address, "77");
  await store.messages.noticeOnce({ conversationId: conversation.id, content: "n", parts: [] }, "k");
  await store.tasks.update("task", { name: "m" });
  await store.tasks.remove("task");
  // Its removal is rare and a person's wish: there SQLite scans for rows that still refer to what goes.
  await store.groups.ofTask({ id: "task", name: "n", groupId });
  await useSwarms(store, chat);
  await store.health();
  await store.prune({ forMs: 1, ofTask: 1 });
}

async function useSwarms(store: SqliteStore, chat: Chat): Promise<void> {
  const { swarms } = store;
  await swarms.create(newSwarmOf(chat, "sw", ["a", "b", "c"]));
  await swarms.get("sw");
  await swarms.list(5);
  await swarms.running();
  let made = 0;
  const words = { runId: "sw", sender: "a", content: "x", turnIds: () => `swarm-${(made += 1)}`, most: 5 };
  await swarms.say({ ...words, to: "b", key: "k" });
  const begin = { runId: "sw", prompt: "p", title: "t" };
  await swarms.begin({ ...begin, role: "a", turnId: "swarm-a" });
  await swarms.begin({ ...begin, role: "b", turnId: "swarm-b" });
  await swarms.setState("sw", "a", "running", null);
  await swarms.say({ ...words, to: null, key: "k2" });
  await swarms.say({ ...words, to: null, key: "k2" });
  await swarms.messages("sw");
  await swarms.messages("sw", { after: 1 });
  await swarms.writeBoard({ runId: "sw", author: "a", key: "k", value: "v", most: 5, mostBytes: 9 });
  await swarms.board("sw");
  const first = await swarms.progress("sw", "1", textPart("1"));
  await swarms.progress("sw", "2", textPart("2"));
  for (let part = await store.outbox.take(chat.chatKey); part; part = await store.outbox.take(chat.chatKey)) {
    await store.outbox.sent(part.id, `tg-${part.id}`);
  }
  expect(first).not.toBeNull();
  await swarms.progress("sw", "3", textPart("3"));
  const [node] = await swarms.nodes("sw");
  const conversation = await store.conversations.get(node?.conversationId ?? "");
  if (!conversation) throw new Error("the member has not begun");
  const turn = await claim({ ...chat, conversation });
  await store.turns.succeed(turn.groupId, resultOf(turn), []);
  await swarms.work("sw");
  expect(await swarms.settle("sw", ["a"])).not.toBeNull();
  await swarms.failNode("sw", "b", "e");
  await swarms.usage("sw");
  await swarms.finish({
    runId: "sw",
    status: "succeeded",
    error: null,
    answer: "x",
    say: { role: "assistant", content: "x", parts: [textPart("x")] },
  });
  await swarms.remove("sw");
}

describe("queries", () => {
  it("find their rows by an index, however many there are", async () => {
    const plans = await everyStatement();
    const scans = [...plans].flatMap(([sql, plan]) =>
      plan
        .filter((step) => step.startsWith("SCAN") && !SHORT_SCANS.some((short) => short.test(step)))
        .filter((step) => !(step === "SCAN messages" && sql.endsWith('order by "id" desc limit ?')))
        .filter((step) => !(step.endsWith("swarm_runs_age") && sql.endsWith('order by "started_at" desc limit ?')))
        .map((step) => `${step}: ${sql}`),
    );
    expect(scans).toEqual([]);
    expect(plans.size).toBeGreaterThan(50);
  });

  it("read a page of messages in the index's order", async () => {
    const plans = await everyStatement();
    const pages = [...plans].filter(([sql]) => sql.includes('from "messages"') && sql.includes("limit"));
    expect(pages.length).toBeGreaterThanOrEqual(4);
    expect(pages.filter(([, plan]) => plan.join().includes("TEMP B-TREE"))).toEqual([]);
  });
});
