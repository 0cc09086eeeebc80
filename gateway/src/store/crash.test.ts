import { spawn } from "node:child_process";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { z } from "zod";
import { temporaryDatabases } from "./temporary-database.ts";

const databases = temporaryDatabases();
const WRITER = fileURLToPath(new URL("crash-writer.ts", import.meta.url));
const KILLS = process.env["PRAKTOR_LONG"] === "1" ? 50 : 6;
const MAX_LIFE_MS = 150;
/** However slow the machine is: a writer has come round this often before it is killed. */
const MIN_SENT = 2;

const Acknowledged = z.discriminatedUnion("type", [
  z.object({ type: z.literal("received"), updateId: z.number() }),
  z.object({ type: z.literal("claimed"), turnId: z.string(), attempt: z.number() }),
  z.object({ type: z.literal("succeeded"), turnId: z.string() }),
  z.object({ type: z.literal("taken"), partId: z.number(), attempts: z.number() }),
  z.object({ type: z.literal("sent"), partId: z.number() }),
]);
type Acknowledged = z.infer<typeof Acknowledged>;

it("has every acknowledged row after the process was killed at any moment", async () => {
  const path = databases.path();
  const acknowledged: Acknowledged[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    acknowledged.push(...(await writeUntilKilled(path, kill * 1_000_000, Math.random() * MAX_LIFE_MS)));
    expect(missing(path, acknowledged)).toEqual([]);
  }
  expect(acknowledged.filter(({ type }) => type === "sent").length).toBeGreaterThanOrEqual(KILLS * MIN_SENT);
}, 120_000);

async function writeUntilKilled(path: string, firstUpdateId: number, lifeMs: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [WRITER, path, String(firstUpdateId)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const lines: Acknowledged[] = [];
  let timer: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    // The last line may be cut.
    if (line.endsWith("}")) lines.push(Acknowledged.parse(JSON.parse(line)));
    const sent = lines.filter(({ type }) => type === "sent").length;
    if (sent >= MIN_SENT) timer ??= setTimeout(() => child.kill("SIGKILL"), lifeMs);
  }
  await closed;
  expect(child.signalCode).toBe("SIGKILL");
  return lines;
}

/** Reads the file past the store, so that a fault of the store cannot hide its own losses. */
function missing(path: string, acknowledged: readonly Acknowledged[]): Acknowledged[] {
  const database = new DatabaseSync(path);
  try {
    expect(database.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    const received = database.prepare(
      "select 1 from inbox join messages on messages.id = inbox.message_id join turns on turns.id = messages.turn_id where inbox.update_id = ?",
    );
    const claimed = database.prepare("select 1 from turns where id = ? and attempt >= ?");
    const succeeded = database.prepare(
      "select 1 from turns join messages on messages.turn_id = turns.id and role = 'assistant' where turns.id = ? and state = 'succeeded' and 2 = (select count(*) from outbox where message_id = messages.id)",
    );
    const taken = database.prepare("select 1 from outbox where id = ? and attempts >= ?");
    const sent = database.prepare("select 1 from outbox where id = ? and state = 'sent'");
    const isThere = (line: Acknowledged): boolean => {
      switch (line.type) {
        case "received":
          return received.get(line.updateId) !== undefined;
        case "claimed":
          return claimed.get(line.turnId, line.attempt) !== undefined;
        case "succeeded":
          return succeeded.get(line.turnId) !== undefined;
        case "taken":
          return taken.get(line.partId, line.attempts) !== undefined;
        case "sent":
          return sent.get(line.partId) !== undefined;
        default:
          return line satisfies never;
      }
    };
    return acknowledged.filter((line) => !isThere(line));
  } finally {
    database.close();
  }
}
