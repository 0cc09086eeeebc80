import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "praktor-command-"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (shell: string, change: { timeoutMs?: number; maxOutputChars?: number; signal?: AbortSignal } = {}) => {
  const { signal = new AbortController().signal, timeoutMs = 20_000, maxOutputChars = 1_000 } = change;
  const env = { PATH: process.env["PATH"] ?? "", WHO: "agent" };
  return runCommand({ shell, timeoutMs, maxOutputChars }, { cwd, env, signal });
};
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** The process that the command noted. */
const noted = async (): Promise<number> => Number(await readFile(join(cwd, "pid"), "utf8"));

test("tells the exit code and both outputs, in the folder and environment that it was given", async () => {
  expect(await run('pwd; echo "$WHO"; echo trouble >&2; exit 3')).toEqual({
    exitCode: 3,
    timedOut: false,
    output: `${cwd}\nagent\n`,
    errorOutput: "trouble\n",
  });
});

test("keeps the beginning of an output without end, and is not held up by the rest", async () => {
  const { output, exitCode } = await run("head -c 3000000 /dev/zero | tr '\\0' 'x'", { maxOutputChars: 100 });
  expect(exitCode).toBe(0);
  expect(output).toBe("x".repeat(100));
});

test("is ended at its deadline with all that it has started", async () => {
  const { timedOut, exitCode } = await run("sleep 300 & echo $! > pid; wait", { timeoutMs: 700 });
  expect({ timedOut, exitCode }).toEqual({ timedOut: true, exitCode: null });
  const pid = await noted();
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

test("leaves nothing behind that it started and did not wait for", async () => {
  expect((await run("sleep 300 & echo $! > pid; echo done")).output).toBe("done\n");
  const pid = await noted();
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

test("is ended when the sandbox goes down", async () => {
  const stop = new AbortController();
  const running = run("sleep 300", { signal: stop.signal });
  stop.abort();
  expect((await running).exitCode).toBeNull();
});
