/** From Telegram to the agent: the time from an update handed out by Telegram to its turn queued, claimed, and accepted by the sandbox. */
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { join } from "node:path";
import { System } from "../tests/support/system.ts";

export const name = "telegram";

const rounds = Number(process.env["PRAKTOR_BENCH_ROUNDS"] ?? 60);
/** The first start the sandbox and Claude Code. */
const warmUp = 3;

const Row = z.object({ updateId: z.int(), queuedAt: z.int(), startedAt: z.int(), acceptedAt: z.int() });

export async function run(): Promise<void> {
  await using system = await System.start();
  for (let round = 0; round < rounds + warmUp; round += 1) await system.ask(`echo round ${round}`);
  const handedOut = new Map(system.telegram.handedOut().map(({ updateId, at }) => [updateId, at[0]]));
  using database = new DatabaseSync(join(system.folder, "praktor.db"), { readOnly: true });
  const rows = database
    .prepare(
      `select inbox.update_id as "updateId", queued_at as "queuedAt", started_at as "startedAt", accepted_at as "acceptedAt"
       from inbox join messages on messages.id = inbox.message_id join turns on turns.id = messages.turn_id
       order by inbox.update_id`,
    )
    .all()
    .slice(warmUp)
    .map((row) => Row.parse(row));
  const since = (pick: (row: z.infer<typeof Row>) => number): number[] =>
    rows.map((row) => pick(row) - (handedOut.get(row.updateId) ?? Number.NaN)).toSorted((left, right) => left - right);
  console.log(`telegram: ${rows.length} messages one after the other, process sandbox, everything on this machine`);
  print("baseline: one commit on this disk", commitTimes(join(system.folder, "baseline.db")));
  print(
    "handed out → stored with its turn",
    since((row) => row.queuedAt),
  );
  print(
    "handed out → turn dispatched",
    since((row) => row.startedAt),
  );
  print(
    "handed out → accepted by the sandbox",
    since((row) => row.acceptedAt),
  );
}

/** What this disk takes for one durable transaction; a turn that is dispatched has cost two of them. */
function commitTimes(path: string): number[] {
  using database = new DatabaseSync(path);
  database.exec("pragma journal_mode = wal; pragma synchronous = full; create table baseline (value integer)");
  const insert = database.prepare("insert into baseline values (1)");
  const times = Array.from({ length: 100 }, () => {
    const startedAt = performance.now();
    insert.run();
    return Math.round(performance.now() - startedAt);
  });
  return times.toSorted((left, right) => left - right);
}

function print(title: string, sorted: readonly number[]): void {
  const at = (share: number): string =>
    `${String(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).padStart(4)} ms`;
  console.log(`${title.padEnd(40)} p50 ${at(0.5)}   p95 ${at(0.95)}   worst ${at(1)}`);
}
