/** What it costs and what needs a person: `/api/usage`, `/api/attention`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute } from "@hono/zod-openapi";
import { AttentionView, UsageView, type Amount, type UsageDay, type UsageRow } from "@praktor/protocol/insight";
import { daysBefore } from "../../kit/day.ts";
import type { WebParts } from "../parts.ts";
import type { UsageDay as UsageSums } from "../../store/contract/usage-store.ts";
import { failure, json } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const dayMs = 24 * 3_600_000;
const mostTroubles = 20;

const usage = createRoute({
  method: "get",
  path: "/api/usage",
  responses: {
    200: json(UsageView, "Tokens and cost by day, group and model, as the model proxy metered them, and the budgets"),
    ...failure,
  },
});
const attention = createRoute({
  method: "get",
  path: "/api/attention",
  responses: {
    200: json(AttentionView, "What went wrong in the last day"),
    ...failure,
  },
});

export function insightRoutes({ store, clock, spending }: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes()
    .openapi(usage, async (c) => {
      const today = spending.today();
      const [days, groups] = await Promise.all([store.usage.days(daysBefore(today, 29)), store.groups.list()]);
      const budgets = spending.states(groups).map((budget) => ({
        scope: budget.scope,
        group_id: budget.groupId,
        limit_usd: budget.limitUsd,
        used_usd: budget.usedUsd,
        state: budget.state,
      }));
      const { timeZone: timezone } = spending;
      return c.json({ today, timezone, rows: rowsOf(days, today), days: days.map(dayView), budgets }, 200);
    })
    .openapi(attention, async (c) => {
      const found = await store.troubles.list(clock.now() - dayMs, mostTroubles);
      const troubles = found.map((trouble) => ({
        kind: trouble.kind,
        group_id: trouble.groupId,
        conversation_id: trouble.conversationId,
        message_id: trouble.messageId,
        detail: trouble.detail,
        at: new Date(trouble.at).toISOString(),
      }));
      return c.json({ troubles }, 200);
    });
}

function rowsOf(days: readonly UsageSums[], today: string): UsageRow[] {
  const rows = new Map<string, UsageRow>();
  for (const day of days) {
    const key = JSON.stringify([day.groupId, day.model]);
    const row = rows.get(key) ?? {
      group_id: day.groupId,
      model: day.model,
      today: nothing,
      last_30_days: nothing,
    };
    const amount = amountOf(day);
    rows.set(key, {
      ...row,
      today: day.day === today ? plus(row.today, amount) : row.today,
      last_30_days: plus(row.last_30_days, amount),
    });
  }
  return [...rows.values()].toSorted(
    ({ last_30_days: a }, { last_30_days: b }) => b.cost_usd - a.cost_usd || b.tokens - a.tokens,
  );
}

const nothing: Amount = { calls: 0, tokens: 0, cost_usd: 0, unpriced_calls: 0 };

function amountOf(sums: UsageSums): Amount {
  return {
    calls: sums.calls,
    tokens: sums.inputTokens + sums.outputTokens + sums.cacheReadTokens + sums.cacheWriteTokens,
    cost_usd: sums.costUsd,
    unpriced_calls: sums.unpricedCalls,
  };
}

function plus(a: Amount, b: Amount): Amount {
  return {
    calls: a.calls + b.calls,
    tokens: a.tokens + b.tokens,
    cost_usd: a.cost_usd + b.cost_usd,
    unpriced_calls: a.unpriced_calls + b.unpriced_calls,
  };
}

function dayView(sums: UsageSums): UsageDay {
  return { day: sums.day, group_id: sums.groupId, model: sums.model, ...amountOf(sums) };
}
