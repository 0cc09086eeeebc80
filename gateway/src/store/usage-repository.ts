/** Metered model calls in SQLite: each of them, and their sums by day. */
import { sql } from "kysely";
import type { NewModelCall, UsageDay, UsageStore, UsageSum } from "./contract/usage-store.ts";
import type { Database, Queries } from "./database.ts";

export class UsageRepository implements UsageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  record(call: NewModelCall): Promise<void> {
    return this.#database.write("store a model call", async (queries) => {
      await queries
        .insertInto("model_calls")
        .values({
          group_id: call.groupId,
          charged_group_id: call.chargedGroupId,
          turn_id: call.turnId,
          conversation_id: call.conversationId,
          task_id: call.taskId,
          swarm_id: call.swarmId,
          model: call.model,
          input_tokens: call.inputTokens,
          output_tokens: call.outputTokens,
          cache_read_tokens: call.cacheReadTokens,
          cache_write_tokens: call.cacheWriteTokens,
          cache_write_1h_tokens: call.cacheWrite1hTokens,
          cost_usd: call.costUsd ?? 0,
          priced: call.costUsd === null ? 0 : 1,
          status: call.status,
          duration_ms: Math.round(call.durationMs),
          at: call.at,
        })
        .execute();
      const tokens = call.inputTokens + call.outputTokens + call.cacheReadTokens + call.cacheWriteTokens;
      if (tokens > 0) await addToDay(queries, call);
    });
  }

  days(since: string): Promise<UsageDay[]> {
    return this.#database.read("read what was used by day", async (queries) => {
      const rows = await queries
        .selectFrom("usage_days")
        .selectAll()
        .where("day", ">=", since)
        .orderBy("day")
        .execute();
      return rows.map((row) => ({
        day: row.day,
        groupId: row.group_id,
        model: row.model,
        calls: row.calls,
        unpricedCalls: row.unpriced_calls,
        inputTokens: row.input_tokens,
        outputTokens: row.output_tokens,
        cacheReadTokens: row.cache_read_tokens,
        cacheWriteTokens: row.cache_write_tokens,
        costUsd: row.cost_usd,
        countedUsd: row.counted_usd,
      }));
    });
  }

  of(what: Parameters<UsageStore["of"]>[0]): Promise<UsageSum> {
    return this.#database.read("add up the model calls", async (queries) => {
      const sums = queries
        .selectFrom("model_calls")
        .select([
          sql<number>`count(*)`.as("calls"),
          sql<number>`coalesce(sum(priced = 0), 0)`.as("unpricedCalls"),
          sql<number>`coalesce(sum(input_tokens), 0)`.as("inputTokens"),
          sql<number>`coalesce(sum(output_tokens), 0)`.as("outputTokens"),
          sql<number>`coalesce(sum(cache_read_tokens), 0)`.as("cacheReadTokens"),
          sql<number>`coalesce(sum(cache_write_tokens), 0)`.as("cacheWriteTokens"),
          sql<number>`coalesce(sum(cost_usd), 0)`.as("costUsd"),
        ])
        .where(sql<boolean>`input_tokens + output_tokens + cache_read_tokens + cache_write_tokens > 0`);
      const those =
        "turnId" in what
          ? sums.where("turn_id", "=", what.turnId)
          : "taskId" in what
            ? sums.where("task_id", "=", what.taskId)
            : sums.where("swarm_id", "=", what.swarmId);
      return { ...(await those.executeTakeFirstOrThrow()) };
    });
  }
}

async function addToDay(queries: Queries, call: NewModelCall): Promise<void> {
  await queries
    .insertInto("usage_days")
    .values({
      day: call.day,
      group_id: call.chargedGroupId,
      model: call.model,
      calls: 1,
      unpriced_calls: call.costUsd === null ? 1 : 0,
      input_tokens: call.inputTokens,
      output_tokens: call.outputTokens,
      cache_read_tokens: call.cacheReadTokens,
      cache_write_tokens: call.cacheWriteTokens,
      cost_usd: call.costUsd ?? 0,
      counted_usd: call.countedUsd,
    })
    .onConflict((conflict) =>
      conflict.columns(["day", "group_id", "model"]).doUpdateSet((row) => ({
        calls: row("usage_days.calls", "+", row.ref("excluded.calls")),
        unpriced_calls: row("usage_days.unpriced_calls", "+", row.ref("excluded.unpriced_calls")),
        input_tokens: row("usage_days.input_tokens", "+", row.ref("excluded.input_tokens")),
        output_tokens: row("usage_days.output_tokens", "+", row.ref("excluded.output_tokens")),
        cache_read_tokens: row("usage_days.cache_read_tokens", "+", row.ref("excluded.cache_read_tokens")),
        cache_write_tokens: row("usage_days.cache_write_tokens", "+", row.ref("excluded.cache_write_tokens")),
        cost_usd: row("usage_days.cost_usd", "+", row.ref("excluded.cost_usd")),
        counted_usd: row("usage_days.counted_usd", "+", row.ref("excluded.counted_usd")),
      })),
    )
    .execute();
}
