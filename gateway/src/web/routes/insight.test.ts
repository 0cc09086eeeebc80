import { AttentionView, UsageView } from "@praktor/protocol/insight";
import { afterAll, beforeAll, expect, test } from "vitest";
import { someUsage } from "../../store/contract-fixture.ts";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
  await harness.store.groups.create({ id: "home", name: "Home", folder: "home" });
});
afterAll(() => harness[Symbol.asyncDispose]());

test("cost and tokens are told by group and model, of today and of 30 days", async () => {
  const { store, clock } = harness;
  const dayMs = 24 * 3_600_000;
  const call = { groupId: "home", turnId: null, usage: someUsage, status: 200, durationMs: 5 };
  const now = clock.now();
  for (const at of [now, now - 2 * dayMs, now - 31 * dayMs]) await store.usage.record({ ...call, model: "big", at });
  await store.usage.record({ ...call, model: "small", usage: { ...someUsage, costUsd: 0.1 }, at: now });
  const { rows } = UsageView.parse((await harness.send({ path: "/api/usage" })).json);
  const one = { calls: 1, tokens: 20, cost_usd: 0.25 };
  expect(rows).toEqual([
    { group_id: "home", model: "big", today: one, last_30_days: { calls: 2, tokens: 40, cost_usd: 0.5 } },
    { group_id: "home", model: "small", today: { ...one, cost_usd: 0.1 }, last_30_days: { ...one, cost_usd: 0.1 } },
  ]);
});

test("a failed turn and an undelivered answer need a person, for a day", async () => {
  const { store, clock } = harness;
  const address = { channel: "telegram", chatId: "7" } as const;
  const { id } = await store.conversations.ensure({ groupId: "home", kind: "chat", address, title: "Home" });
  const { turn } = await store.inbox.submit({ conversationId: id, sender: "user:7", content: "do it" });
  const body = { type: "text", html: "no", plain: "no" } as const;
  const end = { turnId: turn.id, state: "failed", code: "lost", error: "the sandbox died" } as const;
  await store.turns.end({ ...end, explanation: "It failed.", parts: [{ body }] });
  const part = await store.outbox.take("telegram:7");
  await store.outbox.failed(part?.id ?? 0, "chat not found");
  const ask = async (): Promise<AttentionView["troubles"]> =>
    AttentionView.parse((await harness.send({ path: "/api/attention" })).json).troubles;
  const found = await ask();
  expect(found.map(({ kind, detail }) => `${kind}: ${detail}`).toSorted()).toEqual([
    "delivery_failed: chat not found",
    "turn_failed: the sandbox died",
  ]);
  expect(found.every((trouble) => trouble.message_id !== null)).toBe(true);
  clock.advance(25 * 3_600_000);
  expect(await ask()).toEqual([]);
});
