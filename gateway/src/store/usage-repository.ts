/** Metered model calls in SQLite. */
import { sql } from "kysely";
import type { Usage } from "@praktor/protocol/agent-output";
import type { UsageStore } from "./contract.ts";
import type { Database } from "./database.ts";

export class UsageRepository implements UsageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  record(call: Parameters<UsageStore["record"]>[0]): Promise<void> {
    return this.#database.write("store a model call", async (queries) => {
      await queries
        .insertInto("model_calls")
        .values({
          group_id: call.groupId,
          turn_id: call.turnId,
          model: call.model,
          input_tokens: call.usage.inputTokens,
          output_tokens: call.usage.outputTokens,
          cache_read_tokens: call.usage.cacheReadTokens,
          cache_write_tokens: call.usage.cacheWriteTokens,
          cost_usd: call.usage.costUsd,
          status: call.status,
          duration_ms: Math.round(call.durationMs),
          at: call.at,
        })
        .execute();
    });
  }

  totals(query: Parameters<UsageStore["totals"]>[0]): Promise<Usage & { calls: number }> {
    return this.#database.read("add up the model calls", async (queries) => {
      let select = queries
        .selectFrom("model_calls")
        .select([
          sql<number>`count(*)`.as("calls"),
          sql<number>`coalesce(sum(input_tokens), 0)`.as("inputTokens"),
          sql<number>`coalesce(sum(output_tokens), 0)`.as("outputTokens"),
          sql<number>`coalesce(sum(cache_read_tokens), 0)`.as("cacheReadTokens"),
          sql<number>`coalesce(sum(cache_write_tokens), 0)`.as("cacheWriteTokens"),
          sql<number>`coalesce(sum(cost_usd), 0)`.as("costUsd"),
        ])
        .where("at", ">=", query.since);
      if (query.groupId !== undefined)
        select = select.where(
          sql<boolean>`group_id in (select ${query.groupId} union all select id from groups where parent_id = ${query.groupId})`,
        );
      return { ...(await select.executeTakeFirstOrThrow()) };
    });
  }

  byGroupAndModel(since: number): ReturnType<UsageStore["byGroupAndModel"]> {
    return this.#database.read("add up the model calls by group", async (queries) => {
      const rows = await queries
        .selectFrom("model_calls")
        .select("model")
        .select([
          sql<string>`coalesce((select parent_id from groups where groups.id = model_calls.group_id), group_id)`.as(
            "payer",
          ),
          sql<number>`count(*)`.as("calls"),
          sql<number>`sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens)`.as("tokens"),
          sql<number>`sum(cost_usd)`.as("cost"),
        ])
        .where("at", ">=", since)
        // The plus keeps SQLite from reading every call ever made in the order of the group's index.
        .groupBy([sql`payer`, sql`+model`])
        .execute();
      return rows.map((row) => ({
        groupId: row.payer,
        model: row.model,
        calls: row.calls,
        tokens: row.tokens,
        costUsd: row.cost,
      }));
    });
  }
}
