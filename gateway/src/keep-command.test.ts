import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepCommand } from "./keep-command.ts";
import { systemClock } from "./kit/clock.ts";
import { timeSortedIds } from "./kit/ids.ts";
import { silentLogger } from "./kit/logger.ts";
import { LocalControl, type DoneCommand } from "./local-control.ts";
import { SqliteStore } from "./store/sqlite-store.ts";

const done = { action: "doctor.fix", outcome: "ok", target: "firewall", detail: "The rule is installed." } as const;

test("what was done is kept by the gateway that runs, in the database where none does, and nowhere before the first start", async () => {
  const folder = await mkdtemp(join(tmpdir(), "praktor-keep-"));
  const path = join(folder, "praktor.db");
  try {
    await keepCommand(path, done);
    const ids = timeSortedIds(systemClock);
    const open = (): Promise<SqliteStore> => SqliteStore.open({ path, clock: systemClock, ids, logger: silentLogger });
    await (await open())[Symbol.asyncDispose]();
    await keepCommand(path, done);
    {
      await using store = await open();
      expect(await store.audit.page({ limit: 10 })).toMatchObject([{ actor: { type: "cli" }, ...done }]);
    }
    const heard: DoneCommand[] = [];
    await using control = new LocalControl({
      storePath: path,
      logger: silentLogger,
      offerPairing: () => Promise.reject(new Error("not asked")),
      vault: () => Promise.reject(new Error("not asked")),
      belongings: () => Promise.reject(new Error("not asked")),
      keep: (one) => void heard.push(one),
    });
    await control.start(AbortSignal.timeout(10_000));
    await keepCommand(path, done);
    expect(heard).toEqual([done]);
    await expect(keepCommand(path, { ...done, action: "vault.set" } as never)).rejects.toThrow(/not valid/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
