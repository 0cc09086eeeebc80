/** Sandboxes in SQLite, in the table that the specification calls `agent_sessions`. */
import { sql, type Selectable } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { SandboxStore } from "./contract/sandbox-store.ts";
import type { Database, Queries } from "./database.ts";
import { forgetOlderSecrets } from "./outdated-secrets.ts";
import type { SandboxRow } from "./rows.ts";
import type { AgentSessionTable } from "./tables/turn-tables.ts";

export class SandboxesRepository implements SandboxStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  begin(sandbox: Parameters<SandboxStore["begin"]>[0]): Promise<SandboxRow> {
    const now = this.#clock.now();
    return this.#database.write(`store the new sandbox of ${sandbox.groupId}`, async (queries) => {
      await queries
        .updateTable("agent_sessions")
        .set({ status: "stopped", stopped_at: now, error: "replaced by a newer sandbox" })
        .where("group_id", "=", sandbox.groupId)
        .where("status", "<>", "stopped")
        .execute();
      await forgetOlderSecrets(queries);
      const last = await queries
        .selectFrom("agent_sessions")
        .select((select) => select.fn.max("generation").as("generation"))
        .where("group_id", "=", sandbox.groupId)
        .executeTakeFirst();
      const row = await queries
        .insertInto("agent_sessions")
        .values({
          id: sandbox.id,
          group_id: sandbox.groupId,
          generation: (last?.generation ?? 0) + 1,
          container_id: null,
          status: "starting",
          token_hash: sandbox.tokenHash,
          nats_user: null,
          started_at: now,
          last_active: now,
          stopped_at: null,
          error: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toSandbox(row);
    });
  }

  running(id: string, engineId: string): Promise<void> {
    return this.#database.write(`store that the sandbox ${id} runs`, async (queries) => {
      await liveSandbox(queries, id).set({ status: "running", container_id: engineId }).execute();
    });
  }

  stopped(id: string, error: string | null): Promise<void> {
    const now = this.#clock.now();
    return this.#database.write(`store that the sandbox ${id} stopped`, async (queries) => {
      await liveSandbox(queries, id).set({ status: "stopped", stopped_at: now, error }).execute();
      await forgetOlderSecrets(queries);
    });
  }

  setNatsUser(id: string, userPublicKey: string): Promise<void> {
    return this.#database.write(`store the bus user of the sandbox ${id}`, async (queries) => {
      await liveSandbox(queries, id).set({ nats_user: userPublicKey }).execute();
    });
  }

  touch(id: string): Promise<void> {
    const now = this.#clock.now();
    return this.#database.write(`store that the sandbox ${id} was active`, async (queries) => {
      await liveSandbox(queries, id).set({ last_active: now }).execute();
    });
  }

  byTokenHash(tokenHash: string): Promise<SandboxRow | null> {
    return this.#database.read("find a sandbox by its token", async (queries) => {
      const row = await queries
        .selectFrom("agent_sessions")
        .selectAll()
        .where("token_hash", "=", tokenHash)
        .where("status", "<>", "stopped")
        .executeTakeFirst();
      return row ? toSandbox(row) : null;
    });
  }

  get(id: string): Promise<SandboxRow | null> {
    return this.#database.read(`read the sandbox ${id}`, async (queries) => {
      const row = await queries.selectFrom("agent_sessions").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? toSandbox(row) : null;
    });
  }

  live(): Promise<SandboxRow[]> {
    return this.#database.read("list the sandboxes", async (queries) => {
      const rows = await queries
        .selectFrom("agent_sessions")
        .selectAll()
        .where(sql<boolean>`status <> 'stopped'`)
        .orderBy("started_at")
        .orderBy("id")
        .execute();
      return rows.map(toSandbox);
    });
  }
}

/** A stopped sandbox never comes back: a late report about it changes nothing. */
function liveSandbox(queries: Queries, id: string) {
  return queries.updateTable("agent_sessions").where("id", "=", id).where("status", "<>", "stopped");
}

function toSandbox(row: Selectable<AgentSessionTable>): SandboxRow {
  return {
    id: row.id,
    groupId: row.group_id,
    generation: row.generation,
    engineId: row.container_id,
    status: row.status,
    tokenHash: row.token_hash,
    natsUser: row.nats_user,
    isOutdated: row.secrets_outdated === 1,
    startedAt: row.started_at,
    lastActiveAt: row.last_active,
    stoppedAt: row.stopped_at,
    error: row.error,
  };
}
