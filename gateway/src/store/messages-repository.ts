/** Messages in SQLite. */
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { MessageHit, MessageStore } from "./contract/message-store.ts";
import { conversationTarget } from "./conversations-repository.ts";
import type { Database, Queries } from "./database.ts";
import { IDEMPOTENCY_KEYS_KEPT_MS } from "./inbox-repository.ts";
import { selectMessages, toMessage } from "./message-rows.ts";
import type { Message } from "./rows.ts";
import { searchMessages } from "./search-messages.ts";
import { speak } from "./spoken.ts";

/** What an isolated run of a task says is said again in the group's chat. */
const isNoRun = sql<boolean>`not exists (
  select 1 from conversations where conversations.id = messages.conversation_id and conversations.kind = 'task_run'
)`;

/** What people talk about: neither that nor the work of hidden groups. */
const isSeen = sql<boolean>`${isNoRun} and not exists (
  select 1 from groups where groups.id = messages.group_id and groups.kind <> 'chat'
)`;
type Notice = Parameters<MessageStore["notice"]>[0];

export class MessagesRepository implements MessageStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  page(query: Parameters<MessageStore["page"]>[0]): Promise<Message[]> {
    return this.#database.read(`read the messages of ${query.groupId}`, async (queries) => {
      let select = selectMessages(queries).where("group_id", "=", query.groupId);
      if (query.conversationId === undefined) select = select.where(isNoRun);
      else select = select.where("conversation_id", "=", query.conversationId);
      if (query.before !== undefined) select = select.where("id", "<", query.before);
      if (query.after !== undefined) {
        const later = await select.where("id", ">", query.after).orderBy("id").limit(query.limit).execute();
        return later.map(toMessage);
      }
      const rows = await select.orderBy("id", "desc").limit(query.limit).execute();
      return rows.map(toMessage).toReversed();
    });
  }

  search(query: Parameters<MessageStore["search"]>[0]): Promise<MessageHit[]> {
    return this.#database.read("search the messages", (queries) => searchMessages(queries, query));
  }

  byTurn(turnId: string): Promise<Message[]> {
    return this.#database.read(`read the messages of the turn ${turnId}`, async (queries) => {
      const rows = await selectMessages(queries).where("turn_id", "=", turnId).orderBy("id").execute();
      return rows.map(toMessage);
    });
  }

  people(groupId: string): Promise<string[]> {
    return this.#database.read(`read who wrote in ${groupId}`, async (queries) => {
      const select = queries.selectFrom("messages").select("sender").distinct().where("group_id", "=", groupId);
      const rows = await select.where("role", "=", "user").where("sender", "like", "user:%").execute();
      return rows.map(({ sender }) => sender);
    });
  }

  recent(limit: number): Promise<Message[]> {
    return this.#database.read("read the newest messages", async (queries) => {
      const rows = await selectMessages(queries).where(isSeen).orderBy("id", "desc").limit(limit).execute();
      return rows.map(toMessage);
    });
  }

  notice(notice: Notice): Promise<Message> {
    return this.#database.write("store a notice", (queries) => store(queries, notice, this.#clock.now()));
  }

  noticeOnce(notice: Notice, key: string): ReturnType<MessageStore["noticeOnce"]> {
    const now = this.#clock.now();
    // A person's own keys are another room: what they name has a turn.
    const place = { conversation_id: notice.conversationId, key: `notice:${key}` };
    return this.#database.write("store a notice once", async (queries) => {
      const known = await queries
        .selectFrom("idempotency_keys")
        .select("message_id")
        .where("conversation_id", "=", place.conversation_id)
        .where("key", "=", place.key)
        .where("created_at", ">=", now - IDEMPOTENCY_KEYS_KEPT_MS)
        .executeTakeFirst();
      if (known) {
        const row = await selectMessages(queries).where("id", "=", known.message_id).executeTakeFirstOrThrow();
        return { message: toMessage(row), repeated: true };
      }
      const message = await store(queries, notice, now);
      await queries
        .replaceInto("idempotency_keys")
        .values({ ...place, message_id: message.id, created_at: now })
        .execute();
      return { message, repeated: false };
    });
  }
}

async function store(queries: Queries, notice: Notice, now: number): Promise<Message> {
  const target = await conversationTarget(queries, notice.conversationId);
  const { content, parts, turnId = null, role = "notice", metadata = {} } = notice;
  return await speak(queries, target, { turnId, role, content, metadata, parts }, now);
}
