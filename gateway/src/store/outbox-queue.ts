/** Which part is next: the queries behind the delivery's choice. */
import { sql } from "kysely";
import type { Address } from "@praktor/protocol/address";
import type { OutboxStore } from "./contract/outbox-store.ts";
import type { Queries } from "./database.ts";

// The state conditions are literal text, because SQLite uses a partial index only where the query's text implies its condition.

/** The first unsent part of each chat. */
const heads = sql`with heads as (
  select min(id) as id from outbox where state in ('pending', 'sending') group by chat_key
)`;

export async function readyChats(
  queries: Queries,
  channel: Address["channel"],
  now: number,
): ReturnType<OutboxStore["ready"]> {
  const { rows } = await sql<{ chatKey: string; since: number }>`
    ${heads}
    select part.chat_key as "chatKey", part.created_at as since
    from heads cross join outbox as part on part.id = heads.id
      left join chat_holds as hold on hold.chat_key = part.chat_key
    where part.channel = ${channel} and part.state = 'pending' and part.not_before <= ${now} and coalesce(hold.not_before, 0) <= ${now}
    order by part.id
  `.execute(queries);
  return rows.map(({ chatKey, since }) => ({ chatKey, since }));
}

export async function nextWaitingChat(
  queries: Queries,
  channel: Address["channel"],
  now: number,
): Promise<number | null> {
  const { rows } = await sql<{ at: number | null }>`
    ${heads}
    select min(max(part.not_before, coalesce(hold.not_before, 0))) as at
    from heads cross join outbox as part on part.id = heads.id
      left join chat_holds as hold on hold.chat_key = part.chat_key
    where part.channel = ${channel} and part.state = 'pending' and max(part.not_before, coalesce(hold.not_before, 0)) > ${now}
  `.execute(queries);
  return rows[0]?.at ?? null;
}

export function firstUnsentPart(queries: Queries, chatKey: string) {
  return queries
    .selectFrom("outbox")
    .leftJoin("chat_holds", "chat_holds.chat_key", "outbox.chat_key")
    .select(["outbox.id", "outbox.state", "outbox.not_before", "chat_holds.not_before as held_until"])
    .where("outbox.chat_key", "=", chatKey)
    .where(sql<boolean>`outbox.state in ('pending', 'sending')`)
    .orderBy("outbox.id")
    .limit(1)
    .executeTakeFirst();
}
