/** A group's row as the rest of the gateway sees it. */
import type { Selectable } from "kysely";
import type { Group } from "./rows.ts";
import type { GroupTable } from "./schema.ts";

export function toGroup(row: Selectable<GroupTable>): Group {
  return {
    id: row.id,
    name: row.name,
    folder: row.folder,
    isMain: row.is_main === 1,
    model: row.model,
    dayBudgetUsd: row.own_budget === 1 ? row.budget_day_usd : "default",
    kind: row.kind,
    parentId: row.parent_id,
    filesOf: row.files_of,
    swarmId: row.swarm_id,
    createdAt: row.created_at,
  };
}
