/** The database's file, and the right to work on it. */
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { isBusy, type StoreErrorCode } from "./store-error.ts";

/** For a predecessor that is still closing; the thread waits, so it is short. */
const WAIT_FOR_PREDECESSOR_MS = 1_000;

/**
 * Makes the file where it is missing and holds it until disposal, or the process's death, against every other Praktor: a second gateway would send
 * again what the first one is sending. Rejects with `store_unusable`. The lock is SQLite's own on an empty database beside the
 * file, because Node has no file locks and because locking the file itself would keep backup tools out.
 */
export function takeDatabaseFile(path: string): Disposable {
  let lock: DatabaseSync | undefined;
  try {
    makeDirectory(dirname(resolve(path)));
    // It holds private talk: made for its owner alone; the log files of SQLite take the mode over.
    closeSync(openSync(path, "a+", 0o600));
    const held = new DatabaseSync(`${path}-lock`, { timeout: WAIT_FOR_PREDECESSOR_MS });
    lock = held;
    held.exec("begin exclusive");
    return {
      [Symbol.dispose]: () => {
        if (held.isOpen) held.close();
      },
    };
  } catch (error) {
    lock?.close();
    throw new PraktorError<StoreErrorCode>(
      "store_unusable",
      isBusy(error)
        ? `Another Praktor works on the database ${path}.`
        : `Praktor could not open its database ${path}: ${errorMessage(error)}`,
      {
        hint: isBusy(error)
          ? "Stop it first, or give this one a store.path (PRAKTOR_STORE_PATH) of its own."
          : "Check that the directory exists and that Praktor's user may write in it.",
        cause: error,
      },
    );
  }
}

/** Node's own recursive form never returns where a parent cannot hold directories, as below /proc. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}
