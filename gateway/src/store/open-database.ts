/** Opens the database file: refuses what it must not touch, sets it up for durability, brings it to the newest schema. */
import { DatabaseSync } from "node:sqlite";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { migrate, type Migration } from "./migrate.ts";
import { pragmaNumber } from "./pragma.ts";
import { isCorruption, storeError, type StoreErrorCode } from "./store-error.ts";

const APPLICATION_ID = 0x50726b74;
/** Above it the full check, which also compares each index with its table, would hold up the start for too long. */
const FULL_CHECK_MAX_BYTES = 256 * 1024 * 1024;
/** How long another process, such as a backup, may hold the write lock before a transaction fails. */
const BUSY_TIMEOUT_MS = 5_000;

/** Throws `store_unusable`, `store_corrupt`, `store_too_new`, `store_migration` or `store_full`, and leaves the file as it was. */
export function openDatabase(path: string, migrations: readonly Migration[], logger: Logger): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(database, path, migrations.at(-1)?.version ?? 0);
    database.exec("pragma journal_mode = wal");
    // FULL: the commit is on disk when it returns, also after a power cut; NORMAL would lose the last ones.
    database.exec("pragma synchronous = full");
    // The log file shrinks again after a burst.
    database.exec("pragma journal_size_limit = 67108864");
    refuseDamaged(database, path);
    const applied = migrate(database, migrations);
    database.exec("pragma foreign_keys = on");
    if (applied.length > 0) logger.info({ path, migrations: applied }, "the database was brought to the new version");
    return database;
  } catch (error) {
    database.close();
    throw isCorruption(error)
      ? corrupt(path, errorMessage(error), error)
      : storeError(error, `open its database ${path}`);
  }
}

function refuseForeign(database: DatabaseSync, path: string, newest: number): void {
  const version = pragmaNumber(database, "user_version");
  const isOurs = pragmaNumber(database, "application_id") === APPLICATION_ID;
  const isEmpty = database.prepare("select 1 from sqlite_schema limit 1").get() === undefined;
  if (!isOurs && !isEmpty) {
    throw new PraktorError<StoreErrorCode>("store_unusable", `${path} is a database of another program.`, {
      hint: "Set store.path (PRAKTOR_STORE_PATH) to a file of Praktor's own.",
    });
  }
  if (version > newest) {
    throw new PraktorError<StoreErrorCode>(
      "store_too_new",
      `The database ${path} was written by a newer Praktor (schema ${version}; this one knows ${newest}).`,
      { hint: "Start the newer Praktor again, or restore the backup that was made before it ran." },
    );
  }
}

function refuseDamaged(database: DatabaseSync, path: string): void {
  const sizeBytes = pragmaNumber(database, "page_count") * pragmaNumber(database, "page_size");
  const check = sizeBytes > FULL_CHECK_MAX_BYTES ? "quick_check" : "integrity_check";
  const findings = database
    .prepare(`pragma ${check}(5)`)
    .all()
    .map((row) => String(row[check]));
  if (findings.length !== 1 || findings[0] !== "ok") throw corrupt(path, findings.join("; "));
}

function corrupt(path: string, detail: string, cause?: unknown): PraktorError<StoreErrorCode> {
  return new PraktorError<StoreErrorCode>("store_corrupt", `The database ${path} is damaged: ${detail}`, {
    hint: `Keep a copy of ${path} with its -wal and -shm files, then restore a backup in its place.`,
    cause,
  });
}
