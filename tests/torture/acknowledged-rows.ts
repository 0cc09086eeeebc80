/** What the store's crash writer said to be stored, and whether it is. */
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

export const AcknowledgedRow = z.discriminatedUnion("type", [
  z.object({ type: z.literal("received"), updateId: z.number() }),
  z.object({ type: z.literal("claimed"), turnId: z.string(), attempt: z.number() }),
  z.object({ type: z.literal("succeeded"), turnId: z.string() }),
  z.object({ type: z.literal("taken"), partId: z.number(), attempts: z.number() }),
  z.object({ type: z.literal("sent"), partId: z.number() }),
]);
export type AcknowledgedRow = z.infer<typeof AcknowledgedRow>;

/** `integrity` is SQLite's own word. The file may need its log replayed, so it is opened for writing. */
export function findMissing(
  path: string,
  acknowledged: readonly AcknowledgedRow[],
): { integrity: string; missing: AcknowledgedRow[] } {
  const database = new DatabaseSync(path);
  try {
    const tables = database.prepare("select 1 from sqlite_schema where name = 'outbox'").get();
    if (tables === undefined) return { integrity: "ok", missing: [...acknowledged] };
    const integrity = String(database.prepare("pragma integrity_check").get()?.["integrity_check"]);
    const received = database.prepare(
      "select 1 from inbox join messages on messages.id = inbox.message_id join turns on turns.id = messages.turn_id where update_id = ?",
    );
    const claimed = database.prepare("select 1 from turns where id = ? and attempt >= ?");
    const succeeded = database.prepare(
      "select 1 from turns join messages on messages.turn_id = turns.id and role = 'assistant' where turns.id = ? and state = 'succeeded'",
    );
    const taken = database.prepare("select 1 from outbox where id = ? and attempts >= ?");
    const sent = database.prepare("select 1 from outbox where id = ? and state = 'sent'");
    const isThere = (row: AcknowledgedRow): boolean => {
      switch (row.type) {
        case "received":
          return received.get(row.updateId) !== undefined;
        case "claimed":
          return claimed.get(row.turnId, row.attempt) !== undefined;
        case "succeeded":
          return succeeded.get(row.turnId) !== undefined;
        case "taken":
          return taken.get(row.partId, row.attempts) !== undefined;
        case "sent":
          return sent.get(row.partId) !== undefined;
        default:
          return row satisfies never;
      }
    };
    return { integrity, missing: acknowledged.filter((row) => !isThere(row)) };
  } finally {
    database.close();
  }
}
