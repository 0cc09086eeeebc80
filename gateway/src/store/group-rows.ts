/** A group's row as the rest of the gateway sees it. */
import type { Selectable } from "kysely";
import { z } from "zod";
import type { Group } from "./rows.ts";
import type { GroupTable } from "./tables/chat-tables.ts";

const Hosts = z.array(z.string());

export function toGroup(row: Selectable<GroupTable>): Group {
  return {
    id: row.id,
    name: row.name,
    folder: row.folder,
    isMain: row.is_main === 1,
    model: row.model,
    dayBudgetUsd: row.own_budget === 1 ? row.budget_day_usd : "default",
    network: row.network,
    networkAllow: Hosts.parse(JSON.parse(row.network_allow)),
    approvalHosts: Hosts.parse(JSON.parse(row.approval_hosts)),
    kind: row.kind,
    parentId: row.parent_id,
    filesOf: row.files_of,
    swarmId: row.swarm_id,
    createdAt: row.created_at,
  };
}
