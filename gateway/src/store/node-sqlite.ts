/**
 * `node:sqlite` with the face of better-sqlite3, which Kysely's SQLite dialect expects. Written by hand because the published
 * adapters either carry a native add-on, which Node's own driver makes needless, or prepare each statement anew.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";

/** More than the store has queries; a bound only because `in (…)` lists make a statement for each length. */
const CACHED_STATEMENTS = 300;

/** Closes the database when Kysely is destroyed. One caller at a time: a statement is shared by all who prepare the same text. */
export function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = kyselyStatement(database.prepare(sql));
      const oldest = statements.keys().next();
      if (statements.size >= CACHED_STATEMENTS && oldest.done !== true) statements.delete(oldest.value);
      statements.set(sql, statement);
      return statement;
    },
    close() {
      statements.clear();
      if (database.isOpen) database.close();
    },
  };
}

function kyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(inputValue)),
    run: (parameters) => statement.run(...parameters.map(inputValue)),
    iterate: (parameters) => statement.iterate(...parameters.map(inputValue)),
  };
}

function inputValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "bigint")
    return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite stores no value of type ${typeof value}`);
}
