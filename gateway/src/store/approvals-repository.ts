/** Questions to people, and which tools of a group ask one, in SQLite. */
import { sql, type Selectable } from "kysely";
import { z } from "zod";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { ApprovalStore } from "./contract/approval-store.ts";
import { conversationTarget } from "./conversations-repository.ts";
import type { Database, Queries } from "./database.ts";
import { insertParts } from "./outbox-rows.ts";
import type { Approval, Message, OutboxBody } from "./rows.ts";
import type { ApprovalTable } from "./tables/approval-tables.ts";
import { speak } from "./spoken.ts";

const Choices = z.array(z.object({ id: z.string(), label: z.string() }));
const Tools = z.array(z.string());

export class ApprovalsRepository implements ApprovalStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(database: Database, clock: Clock, ids: Ids) {
    this.#database = database;
    this.#clock = clock;
    this.#ids = ids;
  }

  ask(question: Parameters<ApprovalStore["ask"]>[0]): ReturnType<ApprovalStore["ask"]> {
    const now = this.#clock.now();
    const id = this.#ids.next();
    return this.#database.write("store a question to people", async (queries) => {
      const known = await queries
        .selectFrom("approvals")
        .selectAll()
        .where("group_id", "=", question.groupId)
        .where("key", "=", question.key)
        .executeTakeFirst();
      if (known) return { approval: toApproval(known), message: null };
      const target = await conversationTarget(queries, question.conversationId);
      const message: Message = await speak(
        queries,
        target,
        { turnId: question.turnId, role: "notice", content: question.question, parts: question.parts(id) },
        now,
      );
      const row = await queries
        .insertInto("approvals")
        .values({
          id,
          group_id: question.groupId,
          conversation_id: question.conversationId,
          turn_id: question.turnId,
          key: question.key,
          question: question.question,
          choices: JSON.stringify(question.choices),
          state: "open",
          choice: null,
          answered_by: null,
          message_id: message.id,
          expires_at: question.expiresAt,
          created_at: now,
          settled_at: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return { approval: toApproval(row), message };
    });
  }

  get(id: string): Promise<Approval | null> {
    return this.#database.read("read a question to people", async (queries) => {
      const row = await queries.selectFrom("approvals").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? toApproval(row) : null;
    });
  }

  open(): Promise<Approval[]> {
    return this.#database.read("list the open questions to people", async (queries) => {
      const rows = await queries
        .selectFrom("approvals")
        .selectAll()
        .where(sql<boolean>`state = 'open'`)
        .orderBy("created_at")
        .execute();
      return rows.map(toApproval);
    });
  }

  ofMessages(groupId: string, messageIds: readonly number[]): Promise<Approval[]> {
    if (messageIds.length === 0) return Promise.resolve([]);
    return this.#database.read("read the questions that messages ask", async (queries) => {
      const rows = await queries
        .selectFrom("approvals")
        .selectAll()
        .where("group_id", "=", groupId)
        .where("message_id", "in", messageIds)
        .execute();
      return rows.map(toApproval);
    });
  }

  settle(id: string, end: Parameters<ApprovalStore["settle"]>[1]): Promise<Approval | null> {
    const now = this.#clock.now();
    return this.#database.write("store the answer to a question", async (queries) => {
      const row = await queries
        .updateTable("approvals")
        .set({ state: end.state, choice: end.choice, answered_by: end.by, settled_at: now })
        .where("id", "=", id)
        .where(sql<boolean>`state = 'open'`)
        .returningAll()
        .executeTakeFirst();
      if (!row) return null;
      if (end.body) await replaceQuestion(queries, row, end.body, now);
      return toApproval(row);
    });
  }

  tools(groupId: string): Promise<string[]> {
    return this.#database.read("read which tools ask", async (queries) => {
      const row = await queries
        .selectFrom("approval_rules")
        .select("tools")
        .where("group_id", "=", groupId)
        .executeTakeFirst();
      return row ? Tools.parse(JSON.parse(row.tools)) : [];
    });
  }

  setTools(groupId: string, tools: readonly string[]): Promise<void> {
    return this.#database.write("store which tools ask", async (queries) => {
      await queries
        .replaceInto("approval_rules")
        .values({ group_id: groupId, tools: JSON.stringify(tools) })
        .execute();
    });
  }
}

/** In the chat the question becomes what came of it; one that never went out is only answered. */
async function replaceQuestion(
  queries: Queries,
  row: Selectable<ApprovalTable>,
  body: OutboxBody,
  now: number,
): Promise<void> {
  const asked = await queries
    .selectFrom("outbox")
    .select("external_id")
    .where("message_id", "=", row.message_id)
    .orderBy("part", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!asked) return;
  const target = await conversationTarget(queries, row.conversation_id);
  await insertParts(
    queries,
    { address: target.address, conversationId: target.id, groupId: target.groupId, messageId: null, createdAt: now },
    [{ body, ...(asked.external_id === null ? {} : { editOf: asked.external_id }) }],
  );
}

function toApproval(row: Selectable<ApprovalTable>): Approval {
  return {
    id: row.id,
    groupId: row.group_id,
    conversationId: row.conversation_id,
    turnId: row.turn_id,
    key: row.key,
    question: row.question,
    choices: Choices.parse(JSON.parse(row.choices)),
    state: row.state,
    choice: row.choice,
    answeredBy: row.answered_by,
    messageId: row.message_id,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    settledAt: row.settled_at,
  };
}
