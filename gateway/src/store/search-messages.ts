/** Finds messages by their words. */
import { sql } from "kysely";
import type { MessageHit, MessageStore } from "./contract/message-store.ts";
import type { Queries } from "./database.ts";
import { selectMessages, toMessage } from "./message-rows.ts";

const MAX_TERMS = 12;
const SNIPPET_TOKENS = 24;
/** Stand around what matched; no message that people write holds them. */
const OPEN = "\u0001";
const CLOSE = "\u0002";

/** Newest first, each word of the query as the beginning of a word in the message. */
export async function searchMessages(
  queries: Queries,
  { query, groupId, limit }: Parameters<MessageStore["search"]>[0],
): Promise<MessageHit[]> {
  const match = matchExpression(query);
  if (match === "") return [];
  const inGroup =
    groupId === undefined
      ? sql`and not exists (select 1 from groups where groups.id = messages.group_id and groups.kind <> 'chat')`
      : sql`and messages.group_id = ${groupId}`;
  const found = await sql<{ id: number; snippet: string }>`
    select messages.id, snippet(messages_fts, 0, ${OPEN}, ${CLOSE}, '…', ${SNIPPET_TOKENS}) as snippet
    from messages_fts join messages on messages.id = messages_fts.rowid
    where messages_fts match ${match} ${inGroup}
    order by messages_fts.rowid desc limit ${limit}
  `.execute(queries);
  if (found.rows.length === 0) return [];
  const ids = found.rows.map(({ id }) => id);
  const messages = new Map(
    (await selectMessages(queries).where("id", "in", ids).execute()).map((row) => [row.id, toMessage(row)]),
  );
  return found.rows.flatMap(({ id, snippet }) => {
    const message = messages.get(id);
    return message ? [{ message, snippet: segments(snippet) }] : [];
  });
}

/** Words alone, quoted: what FTS5 would take for an operator is text. */
function matchExpression(query: string): string {
  const terms = query.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return terms
    .slice(0, MAX_TERMS)
    .map((term) => `"${term}"*`)
    .join(" ");
}

function segments(snippet: string): MessageHit["snippet"] {
  return snippet
    .split(OPEN)
    .flatMap((piece, place) => {
      if (place === 0) return [{ text: piece, hit: false }];
      const [hit = "", ...rest] = piece.split(CLOSE);
      return [
        { text: hit, hit: true },
        { text: rest.join(""), hit: false },
      ];
    })
    .filter(({ text }) => text !== "");
}
