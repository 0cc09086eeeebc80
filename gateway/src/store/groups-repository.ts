/** Groups in SQLite. */
import type { Clock } from "../kit/clock.ts";
import type { GroupStore, NewGroup } from "./contract/group-store.ts";
import type { Database, Queries } from "./database.ts";
import { toGroup } from "./group-rows.ts";
import { insertHiddenGroup, removeHiddenGroup } from "./hidden-groups.ts";
import type { Group } from "./rows.ts";

export class GroupsRepository implements GroupStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  create(group: NewGroup): ReturnType<GroupStore["create"]> {
    return this.#database.write(`create the group ${group.id}`, async (queries) => {
      if (await find(queries, "id", group.id)) return { type: "taken_id" };
      if (await find(queries, "folder", group.folder)) return { type: "taken_folder" };
      if (group.isMain === true) await unmarkMain(queries);
      const row = await queries
        .insertInto("groups")
        .values({
          id: group.id,
          name: group.name,
          folder: group.folder,
          is_main: group.isMain === true ? 1 : 0,
          model: group.model ?? null,
          created_at: this.#clock.now(),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return { type: "created", group: toGroup(row) };
    });
  }

  get(id: string): Promise<Group | null> {
    return this.#database.read(`read the group ${id}`, async (queries) => {
      const row = await find(queries, "id", id);
      return row ? toGroup(row) : null;
    });
  }

  list(): Promise<Group[]> {
    return this.#database.read("list the groups", async (queries) => {
      const rows = await queries
        .selectFrom("groups")
        .selectAll()
        .where("kind", "=", "chat")
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(toGroup);
    });
  }

  all(): Promise<Group[]> {
    return this.#database.read("list the groups", async (queries) => {
      const rows = await queries.selectFrom("groups").selectAll().orderBy("created_at").orderBy("id").execute();
      return rows.map(toGroup);
    });
  }

  ofTask(task: Parameters<GroupStore["ofTask"]>[0]): Promise<Group> {
    const id = `task-${task.id}`;
    return this.#database.write(`make the sandbox of the task ${task.id}`, async (queries) => {
      const known = await find(queries, "id", id);
      if (known) return toGroup(known);
      return await insertHiddenGroup(
        queries,
        { id, name: task.name, kind: "task", parentId: task.groupId, filesOf: task.groupId },
        this.#clock.now(),
      );
    });
  }

  removeHidden(id: string): Promise<boolean> {
    return this.#database.write(`remove the hidden group ${id}`, (queries) => removeHiddenGroup(queries, id));
  }

  update(id: string, change: Parameters<GroupStore["update"]>[1]): Promise<Group | null> {
    return this.#database.write(`change the group ${id}`, async (queries) => {
      const row = await find(queries, "id", id);
      if (!row) return null;
      if (change.isMain === true) await unmarkMain(queries);
      const isMain = change.isMain ?? row.is_main === 1;
      const changed = await queries
        .updateTable("groups")
        .set({
          name: change.name ?? row.name,
          model: change.model === undefined ? row.model : change.model,
          ...(change.dayBudgetUsd === undefined ? {} : budgetColumns(change.dayBudgetUsd)),
          is_main: isMain ? 1 : 0,
          network: change.network === undefined ? row.network : change.network,
          ...(change.networkAllow === undefined ? {} : { network_allow: JSON.stringify(change.networkAllow) }),
          ...(change.approvalHosts === undefined ? {} : { approval_hosts: JSON.stringify(change.approvalHosts) }),
        })
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return toGroup(changed);
    });
  }

  activity(): ReturnType<GroupStore["activity"]> {
    return this.#database.read("read the groups' activity", async (queries) => {
      const rows = await queries.selectFrom("groups").select(["id", "message_count", "last_active_at"]).execute();
      return new Map(
        rows.map((row) => [row.id, { messageCount: row.message_count, lastActiveAt: row.last_active_at }]),
      );
    });
  }
}

function find(queries: Queries, column: "id" | "folder", value: string) {
  return queries.selectFrom("groups").selectAll().where(column, "=", value).executeTakeFirst();
}

async function unmarkMain(queries: Queries): Promise<void> {
  await queries.updateTable("groups").set({ is_main: 0 }).where("is_main", "=", 1).execute();
}

function budgetColumns(budget: Group["dayBudgetUsd"]): { own_budget: 0 | 1; budget_day_usd: number | null } {
  return budget === "default" ? { own_budget: 0, budget_day_usd: null } : { own_budget: 1, budget_day_usd: budget };
}
