/** Turns what SQLite throws into the store's errors. */
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";

/** `store_unusable`, `store_corrupt`, `store_too_new`, `store_migration`: opening was refused. `address_taken`: see
 * `ConversationStore.ensure`. `unknown_conversation`: a message to one that does not exist. */
export type StoreErrorCode =
  | "store_full"
  | "store_failed"
  | "store_unusable"
  | "store_corrupt"
  | "store_too_new"
  | "store_migration"
  | "address_taken"
  | "unknown_conversation";

/** Primary result codes, the low byte of SQLite's extended ones (https://www.sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
/** The index of the write-ahead log could not grow: the same full disk, seen through a mapped file. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** `attempt` completes the sentence "Praktor could not …". */
export function storeError(error: unknown, attempt: string): PraktorError<StoreErrorCode> | PraktorError {
  if (error instanceof PraktorError) return error;
  const code = sqliteCode(error);
  if (code !== null && (code === SQLITE_IOERR_SHMSIZE || (code & 0xff) === SQLITE_FULL)) {
    return new PraktorError<StoreErrorCode>(
      "store_full",
      `Praktor could not ${attempt}: the disk of its database is full.`,
      {
        hint: "Free space on the volume that holds the database; Praktor goes on by itself.",
        cause: error,
      },
    );
  }
  if (isCorruption(error)) {
    return new PraktorError<StoreErrorCode>("store_corrupt", `Praktor could not ${attempt}: its database is damaged.`, {
      hint: "Stop Praktor, keep a copy of the database file and restore a backup.",
      cause: error,
    });
  }
  return new PraktorError<StoreErrorCode>("store_failed", `Praktor could not ${attempt}: ${errorMessage(error)}`, {
    hint: "See the log for the database's own message.",
    cause: error,
  });
}

export function isCorruption(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && ((code & 0xff) === SQLITE_CORRUPT || (code & 0xff) === SQLITE_NOTADB);
}

/** Somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && (code & 0xff) === SQLITE_BUSY;
}

/** The extended result code, or null for an error that is not SQLite's. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error)) return null;
  return typeof error.errcode === "number" ? error.errcode : null;
}
