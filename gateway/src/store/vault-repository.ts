/** Encrypted secrets and their assignments in SQLite. Nothing here can read one. */
import type { AuditEntry } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import { addAudit } from "./audit-repository.ts";
import type { ResealedSecrets, VaultKeyRow, VaultStore } from "./contract/vault-store.ts";
import type { Database, Queries } from "./database.ts";
import { groupsWith, keepOlderSecret, noteTakenSecret, outdateSandboxes } from "./outdated-secrets.ts";

type Assignment = Awaited<ReturnType<VaultStore["assignments"]>>[number];

export class VaultRepository implements VaultStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  key(): Promise<VaultKeyRow | null> {
    return this.#database.read("read the vault's key record", async (queries) => {
      const row = await queries.selectFrom("vault_keys").selectAll().executeTakeFirst();
      return row ? { id: row.id, kind: row.kind, salt: row.salt, sealedCheck: row.sealed_check } : null;
    });
  }

  secrets(): ReturnType<VaultStore["secrets"]> {
    return this.#database.read("read the vault", async (queries) => {
      const rows = await queries.selectFrom("secrets").selectAll().orderBy("name").execute();
      return rows.map((row) => ({
        name: row.name,
        keyId: row.key_id,
        sealed: row.sealed,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }));
    });
  }

  assignments(groupId?: string): Promise<Assignment[]> {
    return this.#database.read("read the vault's assignments", async (queries) => {
      const all = queries.selectFrom("secret_assignments").selectAll().orderBy("secret_name").orderBy("group_id");
      const rows = await (groupId === undefined ? all : all.where("group_id", "=", groupId)).execute();
      return rows.map((row) => ({
        secretName: row.secret_name,
        groupId: row.group_id,
        delivery: row.delivery,
        target: row.target,
      }));
    });
  }

  older(): ReturnType<VaultStore["older"]> {
    return this.#database.read("read the vault's older values", (queries) =>
      queries.selectFrom("older_secrets").select(["id", "name", "sealed"]).orderBy("id").execute(),
    );
  }

  taken(groupId: string): Promise<string[]> {
    return this.#database.read("read what was taken from a group", async (queries) => {
      const rows = queries.selectFrom("taken_secrets").select("secret_name").where("group_id", "=", groupId);
      return (await rows.orderBy("secret_name").execute()).map((row) => row.secret_name);
    });
  }

  begin(key: VaultKeyRow): Promise<void> {
    return this.#database.write("make the vault", async (queries) => {
      // Of a lost key, whose secrets were all deleted; the references of what is left make this fail.
      await queries.deleteFrom("vault_keys").execute();
      await insertKey(queries, key, this.#clock.now());
    });
  }

  put(secret: { name: string; keyId: string; sealed: string }, audit: AuditEntry): Promise<void> {
    return this.#database.write(`keep the secret ${secret.name}`, async (queries) => {
      const now = this.#clock.now();
      const { name, keyId, sealed } = secret;
      await keepOlderSecret(queries, name, now);
      await queries
        .insertInto("secrets")
        .values({ name, key_id: keyId, sealed, created_at: now, updated_at: now })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ key_id: keyId, sealed, updated_at: now }))
        .execute();
      await outdateSandboxes(queries, await groupsWith(queries, name));
      await addAudit(queries, this.#clock, audit);
    });
  }

  remove(name: string, audit: AuditEntry): Promise<boolean> {
    return this.#database.write(`delete the secret ${name}`, async (queries) => {
      const groupIds = await groupsWith(queries, name);
      await keepOlderSecret(queries, name, this.#clock.now());
      await noteTakenSecret(queries, name, groupIds);
      await outdateSandboxes(queries, groupIds);
      const { numDeletedRows } = await queries.deleteFrom("secrets").where("name", "=", name).executeTakeFirst();
      if (numDeletedRows > 0n) await addAudit(queries, this.#clock, audit);
      return numDeletedRows > 0n;
    });
  }

  assign(assignment: Assignment, audit: AuditEntry): Promise<"assigned" | "taken"> {
    const { secretName, groupId, delivery, target } = assignment;
    return this.#database.write(`give ${secretName} to ${groupId}`, async (queries) => {
      const place = { group_id: groupId, delivery, target };
      const there = await queries
        .selectFrom("secret_assignments")
        .select("secret_name")
        .where((where) => where.and(place))
        .executeTakeFirst();
      if (there) return there.secret_name === secretName ? "assigned" : "taken";
      await queries
        .insertInto("secret_assignments")
        .values({ ...place, secret_name: secretName, created_at: this.#clock.now() })
        .execute();
      await outdateSandboxes(queries, [groupId]);
      await addAudit(queries, this.#clock, audit);
      return "assigned";
    });
  }

  unassign(secretName: string, groupId: string, audit: AuditEntry): Promise<boolean> {
    return this.#database.write(`take ${secretName} from ${groupId}`, async (queries) => {
      const { numDeletedRows } = await queries
        .deleteFrom("secret_assignments")
        .where("secret_name", "=", secretName)
        .where("group_id", "=", groupId)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await noteTakenSecret(queries, secretName, [groupId]);
      await outdateSandboxes(queries, [groupId]);
      await addAudit(queries, this.#clock, audit);
      return true;
    });
  }

  rekey(key: VaultKeyRow, { secrets, older }: ResealedSecrets, audit: AuditEntry): Promise<void> {
    return this.#database.write("bring the vault under another key", async (queries) => {
      await insertKey(queries, key, this.#clock.now());
      for (const { name, sealed } of secrets) {
        await queries.updateTable("secrets").set({ key_id: key.id, sealed }).where("name", "=", name).execute();
      }
      for (const { id, sealed } of older) {
        if (sealed === null) await queries.deleteFrom("older_secrets").where("id", "=", id).execute();
        else await queries.updateTable("older_secrets").set({ key_id: key.id, sealed }).where("id", "=", id).execute();
      }
      // A secret that was added meanwhile is under the old key: its reference makes this fail, and nothing is changed.
      await queries.deleteFrom("vault_keys").where("id", "!=", key.id).execute();
      await addAudit(queries, this.#clock, audit);
    });
  }
}

async function insertKey(queries: Queries, key: VaultKeyRow, now: number): Promise<void> {
  await queries
    .insertInto("vault_keys")
    .values({ id: key.id, kind: key.kind, salt: key.salt, sealed_check: key.sealedCheck, created_at: now })
    .execute();
}
