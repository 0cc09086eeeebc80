/** Finds Claude Code's own program. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { RunnerError } from "./runner-error.ts";

/**
 * The path that is configured, else the one in the Agent SDK's package for this platform. Rejects with `CLAUDE_MISSING` when
 * neither exists: without it no turn can run, so the runner should say so at its start.
 */
export function findClaudeExecutable(configured: string | undefined): string {
  if (configured !== undefined) {
    if (existsSync(configured)) return configured;
    throw new RunnerError("CLAUDE_MISSING", `PRAKTOR_CLAUDE_PATH names ${configured}, where no file is.`);
  }
  const { resolve } = createRequire(import.meta.url);
  const platform = `@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}`;
  for (const name of [platform, `${platform}-musl`]) {
    try {
      return resolve(`${name}/claude`);
    } catch {
      // Not this one: optional packages are installed for one platform only.
    }
  }
  throw new RunnerError(
    "CLAUDE_MISSING",
    `Claude Code is not installed: set PRAKTOR_CLAUDE_PATH or install the package ${platform}.`,
  );
}
