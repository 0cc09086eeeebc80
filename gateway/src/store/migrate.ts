/** Brings a database to the newest schema, all or nothing. */
import type { DatabaseSync } from "node:sqlite";
import { PraktorError, errorMessage } from "../kit/praktor-error.ts";
import { pragmaNumber } from "./pragma.ts";
import { storeError, type StoreErrorCode } from "./store-error.ts";

export interface Migration {
  /** Higher than that of every one before it. */
  version: number;
  name: string;
  sql: string;
}

/**
 * Applies what is missing in one transaction, so that an older Praktor still opens the database after a newer one failed to migrate it.
 * Foreign keys are off afterwards. Returns the names of what was applied; rejects with `store_migration` or `store_full`. Kysely's Migrator is not used because on SQLite it does not
 * wrap migrations in a transaction.
 */
export function migrate(database: DatabaseSync, migrations: readonly Migration[]): string[] {
  const version = pragmaNumber(database, "user_version");
  const missing = migrations.filter((migration) => migration.version > version);
  if (missing.length === 0) return [];
  let current = "";
  // A table is changed by building it anew, which drops what others refer to; ignored inside a transaction, hence before it.
  database.exec("pragma foreign_keys = off");
  database.exec("begin immediate");
  try {
    for (const migration of missing) {
      current = `${migration.version} (${migration.name})`;
      database.exec(migration.sql);
      database.exec(`pragma user_version = ${migration.version}`);
    }
    if (database.prepare("pragma foreign_key_check").get() !== undefined) throw new Error("rows refer to missing rows");
    database.exec("commit");
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    const translated = storeError(error, "bring its database to the new version");
    if (translated.code === "store_full") throw translated;
    throw new PraktorError<StoreErrorCode>(
      "store_migration",
      `Praktor could not bring its database to the new version: migration ${current} failed: ${errorMessage(error)}`,
      {
        hint: "The database is as it was; the version of Praktor that used it before still works with it.",
        cause: error,
      },
    );
  }
  return missing.map((migration) => migration.name);
}
