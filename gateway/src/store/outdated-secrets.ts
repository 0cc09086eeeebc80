/** What a change in the vault means for sandboxes that run: they have what is no longer so, and its value must be known as long as they live. */
import { sql } from "kysely";
import type { Queries } from "./database.ts";

/** The groups that a secret is assigned to. */
export async function groupsWith(queries: Queries, secretName: string): Promise<string[]> {
  const assigned = queries.selectFrom("secret_assignments").select("group_id").where("secret_name", "=", secretName);
  return (await assigned.distinct().execute()).map((row) => row.group_id);
}

/** The live sandboxes of these groups, and of their tasks, are replaced before they are given another turn. */
export async function outdateSandboxes(queries: Queries, groupIds: readonly string[]): Promise<void> {
  await queries
    .updateTable("agent_sessions")
    .set({ secrets_outdated: 1 })
    .where(sql<boolean>`status <> 'stopped'`)
    .where((where) =>
      where.or([
        where("group_id", "in", groupIds),
        where(
          "group_id",
          "in",
          where.selectFrom("groups").select("id").where("kind", "=", "task").where("parent_id", "in", groupIds),
        ),
      ]),
    )
    .execute();
  await forgetOlderSecrets(queries);
}

/** The group has the secret no longer; its sandbox may. */
export async function noteTakenSecret(
  queries: Queries,
  secretName: string,
  groupIds: readonly string[],
): Promise<void> {
  for (const groupId of groupIds) {
    await queries
      .insertInto("taken_secrets")
      .values({ group_id: groupId, secret_name: secretName })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Before the secret is replaced or deleted. */
export async function keepOlderSecret(queries: Queries, name: string, now: number): Promise<void> {
  await queries
    .insertInto("older_secrets")
    .columns(["name", "key_id", "sealed", "replaced_at"])
    .expression((from) =>
      from
        .selectFrom("secrets")
        .select((select) => ["name", "key_id", "sealed", select.val(now).as("replaced_at")])
        .where("name", "=", name),
    )
    .execute();
}

/** No sandbox has an older value any more, or may have one: whatever ends a sandbox, or makes a value an older one, asks. */
export async function forgetOlderSecrets(queries: Queries): Promise<void> {
  const outdated = await queries
    .selectFrom("agent_sessions")
    .select("id")
    .where(sql<boolean>`status <> 'stopped'`)
    .where("secrets_outdated", "=", 1)
    .limit(1)
    .executeTakeFirst();
  if (outdated) return;
  await queries.deleteFrom("older_secrets").execute();
  await queries.deleteFrom("taken_secrets").execute();
}
