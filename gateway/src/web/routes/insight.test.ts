import { AttentionView, UsageView } from "@praktor/protocol/insight";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callOf } from "../../store/contract-fixture.ts";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
  await harness.store.groups.create({ id: "home", name: "Home", folder: "home" });
});
afterAll(() => harness[Symbol.asyncDispose]());

test("cost and tokens are told by day, group and model, of today and of 30 days", async () => {
  const { store } = harness;
  const call = callOf({ groupId: "home", model: "big" });
  for (const day of ["2026-01-02", "2025-12-31", "2025-12-04", "2025-12-03"])
    await store.usage.record({ ...call, day });
  await store.usage.record({ ...call, model: "small", costUsd: null });
  const view = UsageView.parse((await harness.send({ path: "/api/usage" })).json);
  const one = { calls: 1, tokens: 20, cost_usd: 0.25, unpriced_calls: 0 };
  const unknown = { ...one, cost_usd: 0, unpriced_calls: 1 };
  expect(view).toMatchObject({ today: "2026-01-02", timezone: "UTC", budgets: [] });
  expect(view.rows).toEqual([
    { group_id: "home", model: "big", today: one, last_30_days: { ...one, calls: 3, tokens: 60, cost_usd: 0.75 } },
    { group_id: "home", model: "small", today: unknown, last_30_days: unknown },
  ]);
  expect(view.days.map(({ day, model, cost_usd: cost }) => `${day} ${model} ${cost}`)).toEqual([
    "2025-12-04 big 0.25",
    "2025-12-31 big 0.25",
    "2026-01-02 big 0.25",
    "2026-01-02 small 0",
  ]);
});

test("a group's budget is changed by name, and told with what of it is used", async () => {
  const change = async (budget: unknown, method = "PATCH"): Promise<number> =>
    (await harness.send({ method, path: "/api/groups/home", body: { budget_per_day: budget } })).status;
  const told = async (): Promise<unknown> => UsageView.parse((await harness.send({ path: "/api/usage" })).json).budgets;
  expect(await change(2)).toBe(200);
  expect(await told()).toEqual([{ scope: "group_day", group_id: "home", limit_usd: 2, used_usd: 0, state: "fine" }]);
  expect(await change(null, "PUT")).toBe(200);
  expect(await told()).toEqual([]);
  expect(await change("default")).toBe(200);
  for (const wrong of [0, -1, "2", 1e9, true]) expect(await change(wrong)).toBe(400);
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
