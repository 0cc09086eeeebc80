import { expect, test } from "vitest";
import { AuditLog } from "./audit-log.ts";
import type { AuditEntry } from "./kit/audit.ts";
import { Background } from "./kit/background.ts";
import { silentLogger } from "./kit/logger.ts";
import type { AuditStore } from "./store/contract/audit-store.ts";

const entry = (target: string): AuditEntry => ({
  actor: { type: "person", id: "telegram:1" },
  action: "task.create",
  outcome: "ok",
  groupId: "g",
  target,
  detail: null,
});

/** Its next transactions end as they are told to. */
class SlowStore implements AuditStore {
  readonly transactions: string[][] = [];
  readonly ends: Promise<void>[] = [];

  add(...entries: AuditEntry[]): Promise<void> {
    this.transactions.push(entries.map(({ target }) => target ?? ""));
    return this.ends.shift() ?? Promise.resolve();
  }
  page = () => Promise.resolve([]);
  forget = () => Promise.resolve(0);
}

function open(store: AuditStore) {
  const background = new Background((error) => {
    throw error;
  });
  const log = new AuditLog({
    store,
    background,
    clock: { now: () => 0 },
    logger: silentLogger,
    keepDays: 1,
    redact: (text) => text.replace("secret", "***"),
  });
  return { background, log };
}

test("a flood waits for the store as one transaction, in its order, and with a bound", async () => {
  const store = new SlowStore();
  const first = Promise.withResolvers<void>();
  store.ends.push(first.promise);
  const { background, log } = open(store);
  for (let count = 0; count < 2_000; count += 1) log.record(entry(`${count} secret`));
  expect(store.transactions).toEqual([["0 ***"]]);
  first.resolve();
  await background.idle();
  expect(store.transactions).toHaveLength(2);
  expect(store.transactions[1]).toEqual(Array.from({ length: 1_000 }, (_, index) => `${index + 1} ***`));
});

test("what the store refuses is lost alone", async () => {
  const store = new SlowStore();
  const { background, log } = open(store);
  store.ends.push(Promise.reject(new Error("disk full")));
  log.record(entry("lost"));
  log.record(entry("kept"));
  await background.idle();
  log.record(entry("later"));
  await background.idle();
  expect(store.transactions).toEqual([["lost"], ["kept"], ["later"]]);
});

test("what was only counted is kept when the gateway ends", async () => {
  const store = new SlowStore();
  const { background, log } = open(store);
  for (let count = 0; count < 130; count += 1) log.record({ ...entry(String(count)), outcome: "refused" });
  await log[Symbol.asyncDispose]();
  await background.idle();
  expect(store.transactions.flat()).toEqual([...Array.from({ length: 100 }, (_, index) => String(index)), ""]);
});
