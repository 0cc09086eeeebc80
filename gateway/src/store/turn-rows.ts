/** Reading turns. */
import type { Selectable } from "kysely";
import { Usage } from "@praktor/protocol/agent-output";
import type { Queries } from "./database.ts";
import type { Turn } from "./rows.ts";
import type { TurnTable } from "./tables/turn-tables.ts";

export type TurnRow = Selectable<TurnTable>;

export function findTurn(queries: Queries, id: string): Promise<TurnRow | undefined> {
  return queries.selectFrom("turns").selectAll().where("id", "=", id).executeTakeFirst();
}

export function toTurn(row: TurnRow): Turn {
  return {
    id: row.id,
    groupId: row.group_id,
    conversationId: row.conversation_id,
    state: row.state,
    sender: row.sender,
    attempt: row.attempt,
    tries: row.tries,
    leaseEpoch: row.lease_epoch,
    sandboxGeneration: row.sandbox_generation,
    acceptedAt: row.accepted_at,
    interrupted: row.interrupted === 1,
    deadlineAt: row.deadline_at,
    notBefore: row.not_before,
    cancelRequested: row.cancel_requested === 1,
    errorCode: row.error_code,
    error: row.error,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    usage: readUsage(row.usage),
  };
}

export function readUsage(stored: string | null): Usage | null {
  return stored === null ? null : Usage.parse(JSON.parse(stored));
}
