/** A new run of a swarm: its row, and a hidden group for each of its members. */
import type { NewSwarm, SwarmRun } from "./contract/swarm-store.ts";
import type { Queries } from "./database.ts";
import { insertHiddenGroup } from "./hidden-groups.ts";
import { toSwarmRun } from "./swarm-rows.ts";

/** Null: an id of one of its members is taken. */
export async function insertSwarm(queries: Queries, swarm: NewSwarm, now: number): Promise<SwarmRun | null> {
  const ids = swarm.nodes.map(({ memberId }) => memberId);
  if (await queries.selectFrom("groups").select("id").where("id", "in", ids).executeTakeFirst()) return null;
  const { id, groupId, conversationId, name, task, lead } = swarm;
  const row = await queries
    .insertInto("swarm_runs")
    .values({
      id,
      group_id: groupId,
      conversation_id: conversationId,
      name,
      task,
      status: "running",
      agents: JSON.stringify(swarm.agents),
      edges: JSON.stringify(swarm.edges),
      lead,
      limits: JSON.stringify(swarm.limits),
      started_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  for (const [position, node] of swarm.nodes.entries()) {
    await insertHiddenGroup(
      queries,
      {
        id: node.memberId,
        name: node.role,
        kind: "member",
        parentId: groupId,
        filesOf: node.filesOf,
        swarmId: id,
        model: node.model,
      },
      now,
    );
    await queries
      .insertInto("swarm_nodes")
      .values({
        run_id: id,
        role: node.role,
        position,
        member_id: node.memberId,
        prompt: node.prompt,
        group_folder: node.groupFolder,
        model: node.model,
        state: "waiting",
      })
      .execute();
  }
  return toSwarmRun(row);
}
