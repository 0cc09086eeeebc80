/** Database files of tests, removed with everything that was opened on them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { Clock } from "../kit/clock.ts";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger } from "../kit/logger.ts";
import { migrations } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { SqliteStore } from "./sqlite-store.ts";

/** Registers the cleaning up; call it once at the top of a test file. */
export function temporaryDatabases(): {
  path(): string;
  open(clock: Clock, path?: string): Promise<SqliteStore>;
  /** Closed after the test, before the files are removed. */
  own<T extends AsyncDisposable>(resource: T): T;
} {
  const directories: string[] = [];
  let resources = new AsyncDisposableStack();
  afterEach(async () => {
    await resources.disposeAsync();
    resources = new AsyncDisposableStack();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });
  const path = (): string => {
    const directory = mkdtempSync(join(tmpdir(), "praktor-store-"));
    directories.push(directory);
    return join(directory, "praktor.db");
  };
  return {
    path,
    own: (resource) => resources.use(resource),
    open: (clock, file = path()) => {
      const connection = openDatabase(file, migrations, silentLogger);
      // These tests cut no power: waiting for the disk at each commit would only make them slow.
      connection.exec("pragma synchronous = off");
      return Promise.resolve(resources.use(new SqliteStore(connection, clock, timeSortedIds(clock))));
    },
  };
}
