/** Starts Claude Code so that it ends with this process, also when this process is killed without a chance to say so. */
import { spawn } from "node:child_process";
import type { SpawnedProcess, SpawnOptions } from "@anthropic-ai/claude-agent-sdk";
import { systemProgram } from "./system-program.ts";

/** From util-linux: asks the kernel for a signal at the parent's death, which Node cannot. */
const setpriv = systemProgram("setpriv");

/**
 * Without this a turn whose runner was killed goes on by itself (seen: until its end, also through tool calls), while the next
 * runner resumes the same session in the same workspace. Where `setpriv` is missing the sandbox's own end must see to it.
 */
export function spawnClaude(options: SpawnOptions, onStderr: (text: string) => void): SpawnedProcess {
  const { command, args, cwd, env, signal } = options;
  const [program, programArgs] = withParent(command, args);
  const child = spawn(program, programArgs, {
    env,
    signal,
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  child.stderr.setEncoding("utf8").on("data", onStderr);
  return child;
}

/** The same program, so that it gets SIGTERM when this process is gone, where that can be had. */
export function withParent(command: string, args: string[]): [string, string[]] {
  return setpriv === undefined ? [command, args] : [setpriv, ["--pdeathsig", "TERM", "--", command, ...args]];
}
