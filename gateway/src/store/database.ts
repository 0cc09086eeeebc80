/** The one connection: whole transactions in turn, errors translated, closed only when nobody is inside. */
import type { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Schema } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { storeError, type StoreErrorCode } from "./store-error.ts";

/** What a unit of work may do; inside `write` it is that transaction. */
export type Queries = Kysely<Schema>;

export class Database implements AsyncDisposable {
  readonly #kysely: Kysely<Schema>;
  readonly #inside = new Set<Promise<unknown>>();
  #closed = false;

  constructor(database: DatabaseSync) {
    this.#kysely = new Kysely<Schema>({ dialect: sqliteDialect(database) });
  }

  /** For a single query; several that must agree belong into `write`. `attempt` completes "Praktor could not …". */
  read<T>(attempt: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#enter(attempt, () => work(this.#kysely));
  }

  /** One transaction, committed and on disk when the promise resolves, without effect when it rejects. */
  write<T>(attempt: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#enter(attempt, () => this.#kysely.transaction().execute(work));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#inside);
    await this.#kysely.destroy();
  }

  async #enter<T>(attempt: string, work: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      throw new PraktorError<StoreErrorCode>("store_failed", `Praktor could not ${attempt}: its database is closed.`);
    }
    const promise = work();
    this.#inside.add(promise);
    try {
      return await promise;
    } catch (error) {
      throw storeError(error, attempt);
    } finally {
      this.#inside.delete(promise);
    }
  }
}
