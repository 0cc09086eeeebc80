/** Reads a setting of SQLite that is a number. */
import type { DatabaseSync } from "node:sqlite";

export function pragmaNumber(
  database: DatabaseSync,
  name: "user_version" | "application_id" | "page_count" | "page_size",
): number {
  const value = database.prepare(`pragma ${name}`).get()?.[name];
  if (typeof value !== "number") throw new TypeError(`SQLite answered no number for ${name}`);
  return value;
}
