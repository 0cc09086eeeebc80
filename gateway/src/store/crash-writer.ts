/**
 * A program that is killed: it works on the database given as its first argument and says on stdout, one JSON line each, what the
 * store has acknowledged. What it said must be found afterwards.
 */
import { writeSync } from "node:fs";
import { systemClock } from "../kit/clock.ts";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger } from "../kit/logger.ts";
import { addChat, resultOf, textPart } from "./contract-fixture.ts";
import { SqliteStore } from "./sqlite-store.ts";

const [path = "", firstUpdateId = "0"] = process.argv.slice(2);

const store = await SqliteStore.open({
  path,
  clock: systemClock,
  ids: timeSortedIds(systemClock),
  logger: silentLogger,
});
await store.outbox.recover();
for (const turn of await store.turns.open()) {
  if (turn.state !== "running") continue;
  await store.turns.requeue(turn.id, turn.attempt, {
    interrupted: false,
    notBefore: null,
    error: null,
    countAttempt: true,
  });
}
const known = await store.conversations.byAddress({ channel: "telegram", chatId: "1" });
const { id: conversationId, groupId } = known ?? (await addChat(store, "1")).conversation;

for (let updateId = Number(firstUpdateId); ; updateId++) {
  const message = { conversationId, sender: "user:7", content: `message ${updateId} ${"x".repeat(updateId % 5000)}` };
  await store.inbox.receive({ source: "telegram", updateId, message });
  acknowledge({ type: "received", updateId });
  const turn = await store.turns.claim({ conversationId, epoch: 1, deadlineAt: Date.now() + 60_000 });
  if (turn) {
    acknowledge({ type: "claimed", turnId: turn.id, attempt: turn.attempt });
    await store.turns.succeed(groupId, resultOf(turn), [textPart("one"), textPart("two")]);
    acknowledge({ type: "succeeded", turnId: turn.id });
  }
  for (let part = await store.outbox.take("telegram:1"); part; part = await store.outbox.take("telegram:1")) {
    acknowledge({ type: "taken", partId: part.id, attempts: part.attempts });
    await store.outbox.sent(part.id, `sent-${part.id}`);
    acknowledge({ type: "sent", partId: part.id });
  }
}

/** At once and not through a stream, whose buffer would die with the process. */
function acknowledge(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
