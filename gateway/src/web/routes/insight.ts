/** What it costs and what needs a person: `/api/usage`, `/api/attention`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { AttentionView, UsageView } from "@praktor/protocol/insight";
import type { WebParts } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const dayMs = 24 * 3_600_000;
const mostTroubles = 20;

const usage = createRoute({
  method: "get",
  path: "/api/usage",
  request: {
    query: z.object({
      /** When the reader's day began; without it a day of UTC. */
      today: z.iso.datetime().optional(),
    }),
  },
  responses: {
    200: json(UsageView, "Tokens and cost by group and model, as the model proxy metered them"),
    ...failure,
  },
});
const attention = createRoute({
  method: "get",
  path: "/api/attention",
  responses: { 200: json(AttentionView, "What went wrong in the last day"), ...failure },
});

export function insightRoutes({ store, clock }: WebParts): OpenAPIHono<WebEnv> {
  return createRoutes()
    .openapi(usage, async (c) => {
      const now = clock.now();
      const { today } = c.req.valid("query");
      const since = today === undefined ? now - (now % dayMs) : Date.parse(today);
      const [month, day] = await Promise.all([
        store.usage.byGroupAndModel(now - 30 * dayMs),
        store.usage.byGroupAndModel(since),
      ]);
      const ofDay = new Map(day.map((row) => [JSON.stringify([row.groupId, row.model]), row]));
      const amount = (row: (typeof month)[number] | undefined) => ({
        calls: row?.calls ?? 0,
        tokens: row?.tokens ?? 0,
        cost_usd: row?.costUsd ?? 0,
      });
      const rows = month
        .toSorted((a, b) => b.costUsd - a.costUsd || b.tokens - a.tokens)
        .map((row) => ({
          group_id: row.groupId,
          model: row.model,
          today: amount(ofDay.get(JSON.stringify([row.groupId, row.model]))),
          last_30_days: amount(row),
        }));
      return c.json({ rows }, 200);
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
