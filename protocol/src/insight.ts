/** What the dashboard tells besides the state: what it costs (`GET /api/usage`) and what needs a person (`GET /api/attention`). */
import { z } from "zod";
import { GroupId, RowId } from "./ids.ts";

export const Amount = z.object({
  calls: z.number().int(),
  /** Read and written, those of the cache too. */
  tokens: z.number().int(),
  cost_usd: z.number(),
  /** Calls of models whose price nobody knows: `cost_usd` leaves them out. */
  unpriced_calls: z.number().int(),
});
export type Amount = z.infer<typeof Amount>;

/** Of one group and model; those that were not used in 30 days are left out. A hidden group's calls are its parent's. */
export const UsageRow = z.object({ group_id: GroupId, model: z.string(), today: Amount, last_30_days: Amount });
export type UsageRow = z.infer<typeof UsageRow>;

export const UsageDay = Amount.extend({ day: z.iso.date(), group_id: GroupId, model: z.string() });
export type UsageDay = z.infer<typeof UsageDay>;

export const BudgetView = z.object({
  /** `group_day`: one group, today. `day`, `month`: all groups, today or in 30 days. */
  scope: z.enum(["group_day", "day", "month"]),
  group_id: GroupId.nullable(),
  limit_usd: z.number(),
  used_usd: z.number(),
  /** `near`: 80 % or more is used. `spent`: nothing more is asked of the model. */
  state: z.enum(["fine", "near", "spent"]),
});
export type BudgetView = z.infer<typeof BudgetView>;

export const UsageView = z.object({
  /** Today in the installation's zone, and the zone: days begin at its midnight. */
  today: z.iso.date(),
  timezone: z.string(),
  /** The dearest of 30 days first. */
  rows: z.array(UsageRow),
  /** By day, group and model: today and the 29 days before, oldest first; days without a call are left out. */
  days: z.array(UsageDay),
  budgets: z.array(BudgetView),
});
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
