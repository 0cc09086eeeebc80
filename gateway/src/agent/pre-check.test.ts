/** What a pre-check's command says, before anybody keeps it: it runs with the group's secrets. */
import { expect, test } from "vitest";
import { silentLogger } from "../kit/logger.ts";
import { TestClock } from "../store/contract-fixture.ts";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { Redactor } from "../vault/redactor.ts";
import { PreCheck, type PreCheckOutcome } from "./pre-check.ts";

const databases = temporaryDatabases();
const redactor = new Redactor();
const secret = "s3cret-of-the-group";

redactor.know("secret", [secret]);

/** What becomes of a run whose command said this, and what is stored of it. */
async function check(
  said: { exitCode: number; output?: string; errorOutput?: string },
  timedOut = false,
): Promise<{ outcome: PreCheckOutcome; stored: string | null | undefined }> {
  const clock = new TestClock();
  const store = await databases.open(clock);
  await store.groups.create({ id: "a", name: "A", folder: "a" });
  await store.tasks.create({
    id: "task",
    groupId: "a",
    name: "T",
    schedule: { kind: "interval", interval_ms: 60_000 },
    timezone: "UTC",
    prompt: "p",
    contextMode: "isolated",
    status: "active",
    overlap: "skip",
    catchUp: "run_once",
    graceMs: 60_000,
    model: null,
    maxTurns: null,
    maxDurationMs: null,
    maxCostUsd: null,
    preCheck: "look",
    mayManageTasks: false,
    ownSandbox: false,
    anchorAt: clock.now(),
    nextRunAt: clock.now() + 60_000,
  });
  const start = { taskId: "task", runId: "run", turnId: "turn", conversationId: null, context: "c", maxWaiting: 1 };
  const begun = await store.runs.runNow(start);
  if (!begun?.started) throw new Error("the run did not begin");
  const preCheck = new PreCheck({
    runs: store.runs,
    request: (_subject, _value, reply) => {
      const outcome = { output: "", errorOutput: "", ...said, timedOut };
      return Promise.resolve(reply.parse({ status: "ok", outcome }));
    },
    logger: silentLogger,
    redactorOf: async (groupId) => redactor.only(groupId === "a" ? ["secret"] : []),
  });
  const outcome = await preCheck.ask(begun.started.turn, new AbortController().signal);
  return { outcome, stored: (await store.runs.ofTurn("turn"))?.run.checkOutput };
}

test("what wakes the agent is stored and told without known secrets", async () => {
  expect(await check({ exitCode: 0, output: `2 letters for ${secret}\n` })).toEqual({
    outcome: { type: "wake", note: "[The pre-check of this task printed:]\n2 letters for [redacted]" },
    stored: "2 letters for [redacted]\n",
  });
});

test("half a secret at the end of what was cut is left out", async () => {
  const output = `${"x".repeat(20_000 - 12)} s3cret-of-t`;
  expect((await check({ exitCode: 0, output })).stored).toBe(`${"x".repeat(20_000 - 12)} `);
});

test("why a run is left out is said without known secrets", async () => {
  expect(await check({ exitCode: 7, errorOutput: `first\nno way in with ${secret}\n` })).toEqual({
    outcome: { type: "skip", reason: "The pre-check ended with exit code 7: no way in with [redacted]" },
    stored: null,
  });
  expect((await check({ exitCode: 0, output: " \n" })).outcome).toMatchObject({ type: "skip" });
  expect((await check({ exitCode: 0, output: "x" }, true)).outcome).toMatchObject({ type: "skip" });
});
