/** What went wrong, in SQLite. */
import { sql } from "kysely";
import type { TroubleStore } from "./contract/trouble-store.ts";
import type { Database } from "./database.ts";

type Troubles = Awaited<ReturnType<TroubleStore["list"]>>;

export class TroublesRepository implements TroubleStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(since: number, limit: number): Promise<Troubles> {
    return this.#database.read("look for what went wrong", async (queries) => {
      // Literal states, because SQLite uses a partial index only where the query's text implies its condition.
      const turns = await queries
        .selectFrom("turns")
        .select(["conversation_id", "error", "finished_at"])
        // Whoever asked for the hidden group of a task is to know.
        .select(
          sql<string>`coalesce((select parent_id from groups where groups.id = turns.group_id), group_id)`.as(
            "group_id",
          ),
        )
        .select(sql<number | null>`(select max(id) from messages where messages.turn_id = turns.id)`.as("message_id"))
        .where(sql<boolean>`state = 'failed'`)
        .where("finished_at", ">=", since)
        // A swarm tells of its members itself.
        .where(sql<boolean>`not exists (select 1 from groups where groups.id = turns.group_id and kind = 'member')`)
        .orderBy("finished_at", "desc")
        .limit(limit)
        .execute();
      const parts = await queries
        .selectFrom("outbox")
        .select(["group_id", "conversation_id", "message_id", "state", "error", "created_at"])
        .where(sql<boolean>`state in ('failed', 'uncertain')`)
        .where("created_at", ">=", since)
        .orderBy("created_at", "desc")
        .limit(limit)
        .execute();
      const troubles: Troubles = turns.map((turn) => ({
        kind: "turn_failed",
        groupId: turn.group_id,
        conversationId: turn.conversation_id,
        messageId: turn.message_id,
        detail: turn.error ?? "",
        at: turn.finished_at ?? since,
      }));
      for (const part of parts) {
        if (part.group_id === null || part.conversation_id === null) continue;
        troubles.push({
          kind: part.state === "failed" ? "delivery_failed" : "delivery_uncertain",
          groupId: part.group_id,
          conversationId: part.conversation_id,
          messageId: part.message_id,
          detail: part.error ?? "",
          at: part.created_at,
        });
      }
      return troubles.toSorted((a, b) => b.at - a.at).slice(0, limit);
    });
  }
}
