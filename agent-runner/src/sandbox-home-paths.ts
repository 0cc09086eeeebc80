/** Claude Code's file tools take `~` for its own HOME (`own-home.ts`), where nothing of the agent's lies: the one of its commands is meant. */
import { join } from "node:path";
import type { Options } from "@anthropic-ai/claude-agent-sdk";
import { z } from "zod";

const pathFields = ["file_path", "notebook_path", "path", "filePath"];
const Input = z.record(z.string(), z.unknown());

/**
 * The tool's input with the paths that are meant; null where it stays as it is. `own` is Claude Code's HOME, which some tools' `~` is
 * already before a hook sees it; `sandbox` that of the agent's commands.
 */
export function withSandboxHome(
  tool: string,
  input: unknown,
  { own, sandbox }: { own: string; sandbox: string },
): Record<string, unknown> | null {
  const meant = meantPaths(tool, input, ["~", own], sandbox);
  return Object.keys(meant).length === 0 ? null : { ...Input.parse(input), ...meant };
}

/** The paths that the tool is given; none of a tool of another server. */
export function pathsOf(tool: string, input: unknown): string[] {
  return Object.values(givenPaths(tool, input));
}

/** These look for the file before any hook can say which one is meant: the agent is told the whole path. */
export function homeHooks(sandbox: string): NonNullable<Options["hooks"]> {
  return {
    PostToolBatch: [
      {
        hooks: [
          (input) => {
            if (input.hook_event_name !== "PostToolBatch") return Promise.resolve({});
            const edits = input.tool_calls.filter((call) => /^(?:Edit|NotebookEdit)$/.test(call.tool_name));
            const paths = edits.flatMap(({ tool_name: tool, tool_input: given }) =>
              Object.values(meantPaths(tool, given, ["~"], sandbox)),
            );
            if (paths.length === 0) return Promise.resolve({});
            const note = `[Praktor: Edit and NotebookEdit do not know "~". Call them with the whole path: ${paths.join(", ")}]`;
            return Promise.resolve({ hookSpecificOutput: { hookEventName: "PostToolBatch", additionalContext: note } });
          },
        ],
      },
    ],
  };
}

/** By field, of those that begin with one of `homes`. */
function meantPaths(tool: string, input: unknown, homes: readonly string[], sandbox: string): Record<string, string> {
  const meant = Object.entries(givenPaths(tool, input)).flatMap(([field, path]) => {
    const start = homes.find((home) => path === home || path.startsWith(`${home}/`));
    return start === undefined ? [] : [[field, join(sandbox, path.slice(start.length))] as const];
  });
  return Object.fromEntries(meant);
}

/** By field. What another server's tools make of a path is theirs to say. */
function givenPaths(tool: string, input: unknown): Record<string, string> {
  const given = Input.safeParse(input);
  if (!given.success || tool.startsWith("mcp__")) return {};
  const paths = pathFields.map((field) => [field, given.data[field]] as const);
  return Object.fromEntries(paths.filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}
