/** Which uses of tools people are asked about: patterns of a tool's name, and of what it is given. */
import { z } from "zod";

/**
 * The name of a tool, with `*` for any letters: `Bash`, `Web*`, `mcp__praktor-chat__send_file`; and behind it what it is given: a
 * command as `Bash(curl *)`, a host as `WebFetch(*.example.org)`. Claude Code's own `domain:` and `:*` mean nothing here.
 */
export const ToolPattern = z
  .string()
  .regex(
    /^[A-Za-z0-9_*-]{1,128}(?:\((?!domain:)[^()\p{Cc}]{1,128}(?<!:\*)\))?$/u,
    "must be a tool's name, perhaps with what it is given: Bash(curl *), WebFetch(example.org); * stands for anything",
  );

/** `input` as the tool gets it. Where a pattern asks for a command or host and none can be read in it, it counts as matched. */
export function matchesTool(patterns: readonly string[], tool: string, input: unknown): boolean {
  return patterns.some((pattern) => {
    const [, name = "", given] = /^([^(]*)(?:\((.*)\))?$/s.exec(pattern) ?? [];
    if (!matchesText(name, tool)) return false;
    return given === undefined || matchesInput(given, input);
  });
}

function matchesInput(pattern: string, input: unknown): boolean {
  const command = textOf(input, "command");
  // Each command of a line counts, and the line itself: to ask once too often does no harm.
  if (command !== null)
    return [command, ...command.split(/[;&|\n`(){}]/)].some((piece) => matchesText(pattern, piece.trim()));
  const url = textOf(input, "url");
  const host = url === null || !URL.canParse(url) ? "" : new URL(url).hostname.replace(/\.$/, "");
  return host === "" || matchesText(pattern.toLowerCase(), host);
}

function textOf(input: unknown, field: "command" | "url"): string | null {
  const parsed = z.looseObject({ [field]: z.string() }).safeParse(input);
  return parsed.success ? (parsed.data[field] ?? null) : null;
}

/** In a time that grows with the text alone, whatever the pattern. */
function matchesText(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}
