import { expect, test } from "vitest";
import { toolSummary, toolTitle } from "./tool-summary.ts";

test.each([
  ["Bash", { command: "npm test", description: "Run the tests" }, "npm test"],
  ["Read", { file_path: "/workspace/group/a.md", limit: 10 }, "/workspace/group/a.md"],
  ["Grep", { path: "src", pattern: "TODO" }, "TODO"],
  ["WebFetch", { prompt: "summarise", url: "https://example.com" }, "https://example.com"],
  ["mcp__x__y", { count: 3 }, ""],
])("%s is told by what says most", (name, input, line) => {
  expect(toolSummary(name, JSON.stringify(input))).toBe(line);
});

test("a command of several lines shows its first", () => {
  expect(toolSummary("Bash", JSON.stringify({ command: "set -e\nmake" }))).toBe("set -e …");
});

test("input that was cut in the middle tells what is there of it", () => {
  expect(toolSummary("Bash", '{"command":"echo aaa')).toBe("echo aaa");
  expect(toolSummary("Bash", "no JSON")).toBe("no JSON");
  expect(toolSummary("Bash", null)).toBe("");
});

test("tools of MCP servers are named by server and tool", () => {
  expect(toolTitle("mcp__praktor-tasks__scheduled_task_create")).toBe("praktor-tasks: scheduled_task_create");
  expect(toolTitle("Bash")).toBe("Bash");
});
