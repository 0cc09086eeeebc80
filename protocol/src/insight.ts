/** What the dashboard tells besides the state: what it costs (`GET /api/usage`) and what needs a person (`GET /api/attention`). */
import { z } from "zod";
import { GroupId, RowId } from "./ids.ts";

const Amount = z.object({ calls: z.number().int(), tokens: z.number().int(), cost_usd: z.number() });

/** Of one group and model; those that were not used in 30 days are left out. */
export const UsageRow = z.object({ group_id: GroupId, model: z.string(), today: Amount, last_30_days: Amount });
export type UsageRow = z.infer<typeof UsageRow>;

/** The dearest of 30 days first. */
export const UsageView = z.object({ rows: z.array(UsageRow) });
export type UsageView = z.infer<typeof UsageView>;

/** A turn that failed, or an answer whose delivery failed or is uncertain. */
export const Trouble = z.object({
  kind: z.enum(["turn_failed", "delivery_failed", "delivery_uncertain"]),
  group_id: GroupId,
  conversation_id: RowId,
  /** What to look at; null where nothing was said. */
  message_id: z.number().int().nullable(),
  detail: z.string(),
  at: z.iso.datetime(),
});
export type Trouble = z.infer<typeof Trouble>;

/** Of the last day, newest first. */
export const AttentionView = z.object({ troubles: z.array(Trouble) });
export type AttentionView = z.infer<typeof AttentionView>;
