/** Groups that are nobody's chat come and go with what they are for. */
import { sql } from "kysely";
import type { Queries } from "./database.ts";
import { toGroup } from "./group-rows.ts";
import type { Group } from "./rows.ts";

export interface NewHiddenGroup {
  /** Also its folder. */
  id: string;
  name: string;
  kind: Exclude<Group["kind"], "chat">;
  parentId: string;
  filesOf: string | null;
  swarmId?: string;
  model?: string | null;
}

export async function insertHiddenGroup(queries: Queries, group: NewHiddenGroup, now: number): Promise<Group> {
  const row = await queries
    .insertInto("groups")
    .values({
      id: group.id,
      name: group.name,
      folder: group.id,
      is_main: 0,
      model: group.model ?? null,
      created_at: now,
      kind: group.kind,
      parent_id: group.parentId,
      files_of: group.filesOf,
      swarm_id: group.swarmId ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toGroup(row);
}

/** False where there is no such hidden group. */
export async function removeHiddenGroup(queries: Queries, id: string): Promise<boolean> {
  const group = await queries.selectFrom("groups").selectAll().where("id", "=", id).executeTakeFirst();
  if (!group || group.kind === "chat" || group.parent_id === null) return false;
  await queries.updateTable("model_calls").set({ group_id: group.parent_id }).where("group_id", "=", id).execute();
  // Turns and conversations have no index by group; each has a message, and those do.
  const turns = await queries
    .selectFrom("messages")
    .select("turn_id")
    .distinct()
    .where("group_id", "=", id)
    .where("turn_id", "is not", null)
    .execute();
  const conversations = await queries
    .selectFrom("conversations")
    .select("id")
    .where("group_id", "=", id)
    .where(sql<boolean>`kind <> 'task_run'`)
    .union(queries.selectFrom("messages").select("conversation_id as id").where("group_id", "=", id))
    .execute();
  const turnIds = turns.map((row) => row.turn_id).filter((turnId) => turnId !== null);
  const conversationIds = conversations.map((row) => row.id);
  if (conversationIds.length > 0)
    await queries.deleteFrom("idempotency_keys").where("conversation_id", "in", conversationIds).execute();
  // What its agent said in the parent's chat stays there.
  if (turnIds.length > 0)
    await queries.updateTable("messages").set({ turn_id: null }).where("turn_id", "in", turnIds).execute();
  if (turnIds.length > 0) await queries.deleteFrom("turn_events").where("turn_id", "in", turnIds).execute();
  await queries.deleteFrom("messages").where("group_id", "=", id).execute();
  if (turnIds.length > 0) await queries.deleteFrom("turns").where("id", "in", turnIds).execute();
  if (conversationIds.length > 0)
    await queries.deleteFrom("conversations").where("id", "in", conversationIds).execute();
  await queries.deleteFrom("agent_sessions").where("group_id", "=", id).execute();
  await queries.deleteFrom("groups").where("id", "=", id).execute();
  return true;
}
