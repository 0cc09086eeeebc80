/** A tool call in one line: the command, the file, the pattern – whatever says most. */
import { parseFields } from "./tool-input.ts";

export type ToolKind = "command" | "file" | "edit" | "search" | "web" | "agent" | "plan" | "other";

const KINDS: Record<string, ToolKind> = {
  Bash: "command",
  BashOutput: "command",
  KillShell: "command",
  Read: "file",
  NotebookRead: "file",
  Write: "edit",
  Edit: "edit",
  MultiEdit: "edit",
  NotebookEdit: "edit",
  Glob: "search",
  Grep: "search",
  LS: "search",
  WebFetch: "web",
  WebSearch: "web",
  Task: "agent",
  Agent: "agent",
  TodoWrite: "plan",
};

/** The fields that say most, the best first. */
const TELLING = [
  "command",
  "file_path",
  "notebook_path",
  "path",
  "pattern",
  "url",
  "query",
  "description",
  "name",
  "prompt",
];

export const toolKind = (name: string): ToolKind => KINDS[name] ?? "other";

/** MCP tools are called `mcp__server__tool`; people read "server: tool". */
export const toolTitle = (name: string): string => {
  const [prefix, server, ...tool] = name.split("__");
  return prefix === "mcp" && server !== undefined && tool.length > 0 ? `${server}: ${tool.join("__")}` : name;
};

/** The line for `input` (JSON text, possibly cut), empty when it says nothing. */
export const toolSummary = (name: string, input: string | null): string => {
  const fields = input === null ? null : parseFields(input);
  if (fields === null) return firstLine(input ?? "");
  const order = toolKind(name) === "search" ? ["pattern", ...TELLING] : TELLING;
  for (const field of order) {
    const value = fields[field];
    if (typeof value === "string" && value.trim() !== "") return firstLine(value);
  }
  return "";
};

const firstLine = (text: string): string => {
  const [line = "", ...more] = text.trim().split("\n");
  return more.length > 0 ? `${line} …` : line;
};
