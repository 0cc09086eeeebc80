/** Runs a shell command for the host, as the agent would: bounded in time and in what it may print, and nothing of it stays behind. */
import { spawn, type ChildProcess } from "node:child_process";
import type { AgentControl, CommandOutcome } from "@praktor/protocol/agent-control";
import { withParent } from "./spawn-claude.ts";

export type Command = Pick<Extract<AgentControl, { command: "run_command" }>, "shell" | "timeoutMs" | "maxOutputChars">;

/** After the shell's end, for what its pipes still hold; a child that it left behind may keep them open for ever. */
const drainMs = 500;

/** Rejects only when the shell cannot be started at all. Aborting the signal kills it. */
export async function runCommand(
  { shell, timeoutMs, maxOutputChars }: Command,
  where: { cwd: string; env: Record<string, string>; signal: AbortSignal },
): Promise<CommandOutcome> {
  const [program, args] = withParent("/bin/sh", ["-c", shell]);
  // A group of its own, so that whatever it starts can be ended with it.
  const child = spawn(program, args, {
    cwd: where.cwd,
    env: where.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child.stdout, maxOutputChars);
  const errorOutput = collect(child.stderr, maxOutputChars);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child);
  }, timeoutMs);
  const cut = (): void => killGroup(child);
  where.signal.addEventListener("abort", cut, { once: true });
  try {
    const exitCode = await ended(child);
    return { exitCode, timedOut, output: output(), errorOutput: errorOutput() };
  } finally {
    clearTimeout(timer);
    where.signal.removeEventListener("abort", cut);
    killGroup(child);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Its exit code, null after a signal, once its output is there as well. */
async function ended(child: ChildProcess): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", (code) => resolve(code));
  child.once("exit", (code) => setTimeout(() => resolve(code), drainMs).unref());
  return await promise;
}

/** The beginning of what comes; the rest is read and dropped, so that nothing blocks. */
function collect(stream: NodeJS.ReadableStream, maxChars: number): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (piece: string) => {
    if (text.length < maxChars) text = (text + piece).slice(0, maxChars);
  });
  return () => text.toWellFormed();
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
