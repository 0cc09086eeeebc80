/** Who did what, in SQLite: rows are added, read in pages and forgotten by age. */
import type { AuditEntry } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import type { AuditStore } from "./contract/audit-store.ts";
import type { Database, Queries } from "./database.ts";

type Page = Awaited<ReturnType<AuditStore["page"]>>;

const longestText = 500;
const rowsOfTransaction = 500;

export class AuditRepository implements AuditStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  add(...entries: AuditEntry[]): Promise<void> {
    return this.#database.write("note who did what", async (queries) => {
      for (const entry of entries) await addAudit(queries, this.#clock, entry);
    });
  }

  page(query: Parameters<AuditStore["page"]>[0]): Promise<Page> {
    return this.#database.read("read who did what", async (queries) => {
      let select = queries.selectFrom("audit").selectAll().orderBy("id", "desc").limit(query.limit);
      if (query.before !== undefined) select = select.where("id", "<", query.before);
      if (query.action !== undefined) {
        const { action } = query;
        select = select.where((where) =>
          where.or([where("action", "=", action), where("action", "like", `${action.replaceAll(/[%_]/g, "")}.%`)]),
        );
      }
      if (query.actorType !== undefined) select = select.where("actor_type", "=", query.actorType);
      if (query.groupId !== undefined) select = select.where("group_id", "=", query.groupId);
      if (query.outcome !== undefined) select = select.where("outcome", "=", query.outcome);
      const rows = await select.execute();
      return rows.map((row) => ({
        id: row.id,
        at: row.at,
        actor: { type: row.actor_type, id: row.actor },
        action: row.action,
        outcome: row.outcome,
        groupId: row.group_id,
        target: row.target,
        detail: row.detail,
      }));
    });
  }

  async forget(before: number): Promise<number> {
    let total = 0;
    for (;;) {
      const { numDeletedRows } = await this.#database.write("forget who did what long ago", (queries) =>
        queries
          .deleteFrom("audit")
          .where("id", "in", (select) =>
            select.selectFrom("audit").select("id").where("at", "<", before).limit(rowsOfTransaction),
          )
          .executeTakeFirst(),
      );
      total += Number(numDeletedRows);
      if (numDeletedRows < rowsOfTransaction) return total;
    }
  }
}

/** Within the transaction of what it tells of. */
export async function addAudit(queries: Queries, clock: Clock, entry: AuditEntry): Promise<void> {
  await queries
    .insertInto("audit")
    .values({
      at: clock.now(),
      actor_type: entry.actor.type,
      actor: short(entry.actor.id),
      action: short(entry.action),
      outcome: entry.outcome,
      group_id: entry.groupId ?? null,
      target: entry.target == null ? null : short(entry.target),
      detail: entry.detail == null ? null : short(entry.detail),
    })
    .execute();
}

function short(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1).toWellFormed()}…` : text;
}
