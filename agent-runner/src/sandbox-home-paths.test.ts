import { expect, test } from "vitest";
import { withSandboxHome } from "./sandbox-home-paths.ts";

const homes = { own: "/tmp/own", sandbox: "/home/agent" };

test.each([
  ["Read", { file_path: "~/a b", limit: 1 }, { file_path: "/home/agent/a b", limit: 1 }],
  ["Read", { file_path: "/tmp/own/a" }, { file_path: "/home/agent/a" }],
  ["Grep", { pattern: "~", path: "~" }, { pattern: "~", path: "/home/agent" }],
  ["NotebookEdit", { notebook_path: "~/../n" }, { notebook_path: "/home/n" }],
])("%s with %j is meant as %j", (tool, given, meant) => expect(withSandboxHome(tool, given, homes)).toEqual(meant));

test.each([
  ["Read", { file_path: "~other/a" }],
  ["Read", { file_path: "/tmp/own2/a" }],
  ["Read", { file_path: "a/~/b" }],
  ["Bash", { command: "cat ~/a" }],
  ["Write", { file_path: "a", content: "~/a" }],
  ["mcp__server__tool", { path: "~/a" }],
  ["Read", null],
])("%s with %j stays as it is", (tool, given) => expect(withSandboxHome(tool, given, homes)).toBeNull());
