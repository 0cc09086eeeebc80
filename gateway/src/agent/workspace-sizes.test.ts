/** The sizes of groups' files, counted by the real `du` in a folder that stands for their volumes. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Background } from "../kit/background.ts";
import { silentLogger } from "../kit/logger.ts";
import { countFiles, readFilesUse } from "../sandbox/files-use.ts";
import { WorkspaceSizes, type WorkspaceSizesOptions } from "./workspace-sizes.ts";

const megabyte = 1024 * 1024;
let folder: string;
let background: Background;
let now = 0;
let asked = 0;
const told: string[] = [];
const kept = new Map<string, string>();
const measuredOf: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "praktor-sizes-"));
  await Promise.all([mkdir(join(folder, "work")), mkdir(join(folder, "claude"))]);
  background = new Background((error) => {
    throw error;
  });
  now = 0;
  asked = 0;
  told.length = 0;
  kept.clear();
  measuredOf.length = 0;
});
afterEach(async () => {
  await background[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function sizes(change: Partial<WorkspaceSizesOptions> = {}): WorkspaceSizes {
  return new WorkspaceSizes({
    limitBytes: 10 * megabyte,
    count: async () => {
      asked += 1;
      const directories = [join(folder, "work"), join(folder, "claude")];
      const { stdout } = await promisify(execFile)("/bin/sh", ["-c", countFiles, "sh", ...directories]);
      return readFilesUse(stdout, directories.length);
    },
    running: () => ["a"],
    isWorking: () => true,
    ownerOf: (groupId) => Promise.resolve(groupId),
    howToDelete: () => Promise.resolve("Delete some with `rm`"),
    kept: {
      get: (key) => Promise.resolve(kept.get(key) ?? null),
      set: (key, value) => Promise.resolve(void kept.set(key, value)),
    },
    onMeasured: (groupId) => void measuredOf.push(groupId),
    tell: (groupId, text) => Promise.resolve(void told.push(`${groupId}: ${text}`)),
    background,
    clock: { now: () => now },
    logger: silentLogger,
    ...change,
  });
}

const fill = (path: string, megabytes: number): Promise<void> =>
  writeFile(join(folder, path), Buffer.alloc(megabytes * megabyte, 1));

test("a group over its limit begins nothing, reads what takes the most, and goes on once that is deleted", async () => {
  const measured = sizes();
  expect(await measured.refusal("a")).toBeNull();
  await fill("work/film.mp4", 8);
  await fill("claude/transcript.jsonl", 3);
  measured.turnEnded("a");
  await background.idle();
  const refusal = await measured.refusal("a");
  expect(refusal?.code).toBe("workspace_full");
  expect(refusal?.detail).toMatch(
    /^This group's files take 11 MB of the 10 MB that they may\. The most is in `film\.mp4` \(8\.0 MB\)\. Delete some with `rm`, or raise `sandbox\.workspace_max_bytes` in Praktor's settings\.$/,
  );
  expect(await measured.refusal("b")).toBeNull();
  await rm(join(folder, "work/film.mp4"));
  expect(await measured.refusal("a")).toBeNull();
});

test("what was measured is shown, and holds over a restart until it is measured again", async () => {
  const measured = sizes();
  expect(await measured.used("a")).toBeNull();
  await fill("work/film.mp4", 12);
  measured.turnEnded("a");
  await background.idle();
  const limit = { limit_bytes: 10 * megabyte, measured: "1970-01-01T00:00:00.000Z" };
  const used = await measured.used("a");
  expect(used).toMatchObject(limit);
  expect(used?.used_bytes).toBeGreaterThanOrEqual(12 * megabyte);
  expect(measuredOf).toEqual(["a"]);

  now += 60_000;
  const later = sizes({ isWorking: () => false });
  expect(await later.used("a")).toEqual(used);
  expect((await sizes().refusal("a"))?.code).toBe("workspace_full");
  await rm(join(folder, "work/film.mp4"));
  later.look();
  await background.idle();
  expect((await later.used("a"))?.used_bytes).toBeLessThan(megabyte);

  // What was kept wrongly is as if it were not there.
  kept.set("files_size:broken", "{");
  expect(await sizes().used("broken")).toBeNull();
  expect(await sizes({ limitBytes: null }).used("a")).toBeNull();
});

test("the size of a task's own sandbox is not kept", async () => {
  const measured = sizes({ ownerOf: () => Promise.resolve("b") });
  measured.turnEnded("a");
  await background.idle();
  expect(kept.size).toBe(0);
  expect(measuredOf).toEqual([]);
});

test("at 80 % its people are told once, and again when it had shrunk in between", async () => {
  const measured = sizes();
  const again = async (): Promise<void> => {
    now += 60_000;
    measured.turnEnded("a");
    await background.idle();
  };
  await fill("work/notes", 7);
  await again();
  expect(told).toEqual([]);
  await fill("work/more", 2);
  await again();
  await again();
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^a: 💾 This group's files take 9\d % \(9\.\d MB of 10 MB\).*`notes` \(7\.0 MB\), `more` /);
  expect(await measured.refusal("a")).toBeNull();
  await rm(join(folder, "work/more"));
  await again();
  await fill("work/more", 2);
  await again();
  expect(told).toHaveLength(2);
});

test("many turns that end are one look, and one that works is looked at every five minutes", async () => {
  const measured = sizes();
  for (let turn = 0; turn < 50; turn += 1) measured.turnEnded("a");
  await background.idle();
  measured.turnEnded("a");
  measured.turnEnded("stopped");
  now += 4 * 60_000;
  measured.look();
  await background.idle();
  expect(asked).toBe(1);
  now += 60_000;
  measured.look();
  await background.idle();
  expect(asked).toBe(2);
});

test("a group that does nothing is not looked at again, and one that does not answer as seldom as any", async () => {
  const calm = sizes({ isWorking: () => false });
  const minute = async (measured: WorkspaceSizes): Promise<void> => {
    now += 60_000;
    measured.look();
    await background.idle();
  };
  for (let n = 0; n < 20; n += 1) await minute(calm);
  expect(asked).toBe(1);
  calm.turnEnded("a");
  calm.turnEnded("a");
  await background.idle();
  for (let n = 0; n < 20; n += 1) await minute(calm);
  expect(asked).toBe(3);
  let tries = 0;
  const silent = sizes({ count: () => Promise.reject(new Error(`no reply ${(tries += 1)}`)) });
  for (let n = 0; n < 20; n += 1) await minute(silent);
  expect(tries).toBe(4);
});

test("a group that was over its limit stays so while its size cannot be measured", async () => {
  let counts = true;
  const measured = sizes({
    count: () => (counts ? Promise.resolve({ bytes: 20 * megabyte, largest: [] }) : Promise.resolve(null)),
  });
  measured.turnEnded("a");
  await background.idle();
  counts = false;
  expect((await measured.refusal("a"))?.code).toBe("workspace_full");
});

test("of a group's own sandbox and its tasks', its people hear once, as soon as they can be told, and no turn fails for it", async () => {
  let fails = true;
  const all = ["a", "task-1", "task-2", "b"];
  const measured = sizes({
    running: () => all,
    ownerOf: (groupId) => Promise.resolve(groupId.startsWith("task-") ? "a" : groupId),
    tell: (groupId) =>
      fails ? Promise.reject(new Error("the disk is full")) : Promise.resolve(void told.push(groupId)),
  });
  await fill("work/film", 9);
  const end = async (groupId: string): Promise<void> => {
    now += 60_000;
    measured.turnEnded(groupId);
    await background.idle();
  };
  await end("task-1");
  fails = false;
  for (const groupId of [...all, ...all]) await end(groupId);
  expect(told).toEqual(["a", "b"]);
});

test("a task's sandbox that is gone keeps no word from its group's people, nor does a look that it did not outlive", async () => {
  const gone = new Set<string>();
  const measured = sizes({
    running: () => ["a", "task-1"],
    // As the gateway says it of a group that is not there.
    ownerOf: (groupId) => Promise.resolve(gone.has(groupId) ? groupId : "a"),
  });
  await fill("work/film", 9);
  measured.turnEnded("task-1");
  await background.idle();
  now += 60_000;
  measured.turnEnded("task-1");
  measured.forget("task-1");
  gone.add("task-1");
  await background.idle();
  expect([...kept.keys()]).toEqual([]);
  measured.turnEnded("a");
  await background.idle();
  expect(told.map((words) => words.slice(0, words.indexOf(":")))).toEqual(["task-1", "a"]);
});

test("without a limit nothing is measured, and a sandbox that does not answer refuses nothing", async () => {
  const free = sizes({ limitBytes: null });
  free.turnEnded("a");
  await background.idle();
  expect(asked).toBe(0);
  const silent = sizes({ count: () => Promise.reject(new Error("no reply")) });
  silent.turnEnded("a");
  await background.idle();
  expect(await silent.refusal("a")).toBeNull();
});

test("names that agents give are only words in the sentence", async () => {
  const largest = [
    { name: "a`b`\n**c**", bytes: 4096 },
    { name: "ok", bytes: 1024 },
  ];
  const measured = sizes({ count: () => Promise.resolve({ bytes: 20 * megabyte, largest }) });
  measured.turnEnded("a");
  await background.idle();
  expect((await measured.refusal("a"))?.detail).toContain("The most is in `a b **c**` (4.0 kB), `ok` (1.0 kB).");
});
