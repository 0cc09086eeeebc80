/** From Telegram to the agent: the time from an update handed out by Telegram to its turn claimed and committed, put on the bus, and accepted by the sandbox. */
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { join } from "node:path";
import { System } from "../tests/support/system.ts";

export const name = "telegram";

const rounds = Number(process.env["PRAKTOR_BENCH_ROUNDS"] ?? 60);
/** The first start the sandbox and Claude Code. */
const warmUp = 3;
const pauseMs = 500;

const Row = z.object({ updateId: z.int(), turnId: z.string(), startedAt: z.int(), acceptedAt: z.int() });
/** pino's, with milliseconds since 1970. */
const Line = z.object({
  msg: z.string(),
  time: z.union([z.number(), z.iso.datetime().transform(Date.parse)]),
  turn: z.string(),
});

export async function run(): Promise<void> {
  await using system = await System.start({ environment: { PRAKTOR_LOG_LEVEL: "debug" } });
  for (let round = 0; round < rounds + warmUp; round += 1) {
    await system.ask(`echo round ${round}`);
    // As a person does: what the answer left to do is over before the next message.
    await sleep(pauseMs);
  }
  const handedOut = new Map(system.telegram.handedOut().map(({ updateId, at }) => [updateId, at[0]]));
  using database = new DatabaseSync(join(system.folder, "praktor.db"), { readOnly: true });
  const rows = database
    .prepare(
      `select inbox.update_id as "updateId", turns.id as "turnId", started_at as "startedAt", accepted_at as "acceptedAt"
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
  const lines = system.log.flatMap((line) => Line.safeParse(line).data ?? []);
  const saidAt = (words: string) => {
    const times = new Map(lines.filter(({ msg }) => msg === words).map(({ turn, time }) => [turn, time]));
    return (row: z.infer<typeof Row>): number => times.get(row.turnId) ?? Number.NaN;
  };
  print(
    "handed out → turn claimed, before its commit",
    since((row) => row.startedAt),
  );
  print("handed out → turn claimed and committed", since(saidAt("a turn is claimed")));
  print("handed out → input put on the bus", since(saidAt("a turn goes to its sandbox")));
  print(
    "handed out → accepted by the sandbox",
    since((row) => row.acceptedAt),
  );
}

/** What this disk takes for one durable transaction; a message and its claimed turn are one. */
function commitTimes(path: string): number[] {
  using database = new DatabaseSync(path);
  database.exec("pragma journal_mode = wal; pragma synchronous = full; create table baseline (value integer)");
  const insert = database.prepare("insert into baseline values (1)");
  const times = Array.from({ length: 100 }, () => {
    const startedAt = performance.now();
    insert.run();
    return performance.now() - startedAt;
  });
  return times.toSorted((left, right) => left - right);
}

function print(title: string, sorted: readonly number[]): void {
  const at = (share: number): string =>
    `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1).padStart(6)} ms`;
  console.log(`${title.padEnd(46)} p50 ${at(0.5)}   p95 ${at(0.95)}   worst ${at(1)}`);
}
