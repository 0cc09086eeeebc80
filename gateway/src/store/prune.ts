/** Forgets rows that nothing will ask for again. */
import type { Clock } from "../kit/clock.ts";
import type { Pruned, RunsKept } from "./contract.ts";
import type { Database, Queries } from "./database.ts";
import { forgetRunConversations } from "./forget-run-conversations.ts";
import { IDEMPOTENCY_KEYS_KEPT_MS, UPDATES_KEPT_MS } from "./inbox-repository.ts";

/** Who answered what stands in the audit log too. */
const APPROVALS_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const EVENTS_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** Few enough that a transaction is over in some milliseconds. */
const ROWS_A_TRANSACTION = 500;

export async function prune(database: Database, clock: Clock, runs: RunsKept): Promise<Pruned> {
  const now = clock.now();
  const inPortions = (remove: (queries: Queries) => Promise<{ numDeletedRows: bigint }>): Promise<number> =>
    removeInPortions(database, remove);
  return {
    turnEvents: await inPortions((queries) => removeEvents(queries, now - EVENTS_KEPT_MS)),
    taskRuns: await inPortions((queries) => removeRuns(queries, now - runs.forMs, runs.ofTask)),
    runConversations: await forgetRunConversations(database),
    inbox: await inPortions((queries) => removeUpdates(queries, now - UPDATES_KEPT_MS)),
    idempotencyKeys: await inPortions((queries) => removeKeys(queries, now - IDEMPOTENCY_KEYS_KEPT_MS)),
    approvals: await inPortions((queries) => removeApprovals(queries, now - APPROVALS_KEPT_MS)),
  };
}

async function removeInPortions(
  database: Database,
  remove: (queries: Queries) => Promise<{ numDeletedRows: bigint }>,
): Promise<number> {
  let total = 0;
  for (;;) {
    const { numDeletedRows } = await database.write("forget old rows", remove);
    total += Number(numDeletedRows);
    if (numDeletedRows < ROWS_A_TRANSACTION) return total;
  }
}

/** An event is no younger than its turn's end, so the index on its age finds the candidates. */
function removeEvents(queries: Queries, before: number) {
  return queries
    .deleteFrom("turn_events")
    .where("id", "in", (select) =>
      select
        .selectFrom("turn_events")
        .innerJoin("turns", "turns.id", "turn_events.turn_id")
        .select("turn_events.id")
        .where("turn_events.created_at", "<", before)
        .where("turns.finished_at", "<", before)
        .limit(ROWS_A_TRANSACTION),
    )
    .executeTakeFirst();
}

async function removeRuns(queries: Queries, before: number, newest: number): Promise<{ numDeletedRows: bigint }> {
  const old = await queries
    .deleteFrom("task_runs")
    .where("id", "in", (select) =>
      select.selectFrom("task_runs").select("id").where("finished_at", "<", before).limit(ROWS_A_TRANSACTION),
    )
    .executeTakeFirst();
  if (old.numDeletedRows > 0n) return old;
  // Of each task the moment of the oldest run that is kept; from there on back its index holds what is too many.
  return await queries
    .deleteFrom("task_runs")
    .where("id", "in", (select) =>
      select
        .selectFrom("scheduled_tasks")
        .crossJoin("task_runs")
        .select("task_runs.id")
        .whereRef("task_runs.task_id", "=", "scheduled_tasks.id")
        .where("task_runs.finished_at", "is not", null)
        .where("task_runs.scheduled_for", "<=", (inner) =>
          inner
            .selectFrom("task_runs as newer")
            .select("newer.scheduled_for")
            .whereRef("newer.task_id", "=", "scheduled_tasks.id")
            .orderBy("newer.scheduled_for", "desc")
            .limit(1)
            .offset(newest),
        )
        .limit(ROWS_A_TRANSACTION),
    )
    .executeTakeFirst();
}

function removeUpdates(queries: Queries, before: number) {
  return queries
    .deleteFrom("inbox")
    .where((where) =>
      where(
        where.refTuple("source", "update_id"),
        "in",
        where
          .selectFrom("inbox")
          .select(["source", "update_id"])
          .where("received_at", "<", before)
          .limit(ROWS_A_TRANSACTION)
          .$asTuple("source", "update_id"),
      ),
    )
    .executeTakeFirst();
}

function removeKeys(queries: Queries, before: number) {
  return queries
    .deleteFrom("idempotency_keys")
    .where((where) =>
      where(
        where.refTuple("conversation_id", "key"),
        "in",
        where
          .selectFrom("idempotency_keys")
          .select(["conversation_id", "key"])
          .where("created_at", "<", before)
          .limit(ROWS_A_TRANSACTION)
          .$asTuple("conversation_id", "key"),
      ),
    )
    .executeTakeFirst();
}

/** One that is open has no end yet. */
function removeApprovals(queries: Queries, before: number) {
  return queries
    .deleteFrom("approvals")
    .where("id", "in", (select) =>
      select.selectFrom("approvals").select("id").where("settled_at", "<", before).limit(ROWS_A_TRANSACTION),
    )
    .executeTakeFirst();
}
