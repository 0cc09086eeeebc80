/** Settings and counters in SQLite. */
import { sql } from "kysely";
import type { SettingStore } from "./contract/setting-store.ts";
import type { Database } from "./database.ts";

export class SettingsRepository implements SettingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(key: string): Promise<string | null> {
    return this.#database.read(`read the setting ${key}`, async (queries) => {
      const row = await queries.selectFrom("settings").select("value").where("key", "=", key).executeTakeFirst();
      return row?.value ?? null;
    });
  }

  set(key: string, value: string): Promise<void> {
    return this.#database.write(`store the setting ${key}`, async (queries) => {
      await queries
        .insertInto("settings")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
        .execute();
    });
  }

  increment(key: string): Promise<number> {
    return this.#database.write(`count the setting ${key} up`, async (queries) => {
      const row = await queries
        .insertInto("settings")
        .values({ key, value: "1" })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet({ value: sql<string>`cast(cast(settings.value as integer) + 1 as text)` }),
        )
        .returning("value")
        .executeTakeFirstOrThrow();
      return Number(row.value);
    });
  }
}
