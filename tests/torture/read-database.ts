/** Reads the gateway's database after the run, past the store: a fault of the store cannot hide its own losses. */
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Stored } from "./evidence.ts";

const Turn = z.object({
  id: z.string(),
  state: z.string(),
  attempt: z.number(),
  accepted: z.number().transform(Boolean),
  errorCode: z.string().nullable(),
  results: z.number(),
});
const Message = z.object({ id: z.number(), turnId: z.string().nullable(), role: z.string(), content: z.string() });
const Part = z
  .object({
    id: z.number(),
    messageId: z.number().nullable(),
    chatKey: z.string().transform((key) => Number(key.split(":")[1])),
    state: z.string(),
    externalId: z.string().nullable(),
    repeated: z.number().transform(Boolean),
    body: z.string().transform((body) => z.object({ plain: z.string() }).parse(JSON.parse(body)).plain),
  })
  .transform(({ chatKey: chatId, body: plain, ...part }) => ({ ...part, chatId, plain }));

export function readSetting(path: string, key: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return z.object({ value: z.string() }).parse(database.prepare("select value from settings where key = ?").get(key))
      .value;
  } finally {
    database.close();
  }
}

export function readDatabase(path: string): Stored {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const all = (query: string): unknown => database.prepare(query).all();
    const [check] = z.array(z.object({ integrity_check: z.string() })).parse(all("pragma integrity_check"));
    return {
      integrity: check?.integrity_check ?? "no answer",
      turns: z.array(Turn).parse(
        all(`select id, state, attempt, accepted_at is not null as accepted, error_code as errorCode,
          (select count(*) from turn_events where turn_id = turns.id and type = 'result') as results from turns`),
      ),
      messages: z.array(Message).parse(all("select id, turn_id as turnId, role, content from messages order by id")),
      parts: z.array(Part).parse(
        all(`select id, message_id as messageId, chat_key as chatKey, state, external_id as externalId, repeated, body
          from outbox where channel = 'telegram' order by id`),
      ),
    };
  } finally {
    database.close();
  }
}
