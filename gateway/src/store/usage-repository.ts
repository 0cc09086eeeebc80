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
      if (query.groupId !== undefined) select = select.where("group_id", "=", query.groupId);
      return { ...(await select.executeTakeFirstOrThrow()) };
    });
  }
}
