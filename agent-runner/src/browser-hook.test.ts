/** When the browser's program is read ahead. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostToolUseHookInput } from "@anthropic-ai/claude-agent-sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserHook } from "./browser-hook.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "browser-hook-"));
  await mkdir(join(folder, "browser"));
  await writeFile(join(folder, "browser", "keeper"), '#!/bin/sh\necho "$@" >>"$(dirname "$0")/said"\n', {
    mode: 0o755,
  });
});
afterAll(() => rm(folder, { recursive: true }));

const used = async (plugin: string, skill: string): Promise<unknown> => {
  const input: PostToolUseHookInput = {
    hook_event_name: "PostToolUse",
    session_id: "s",
    transcript_path: "",
    cwd: "/",
    tool_name: "Skill",
    tool_input: { skill },
    tool_response: "",
    tool_use_id: "t",
  };
  const [hook] = browserHook(plugin).PostToolUse?.[0]?.hooks ?? [];
  return await hook?.(input, "t", { signal: AbortSignal.timeout(1_000) });
};

test("it is read when the agent reads the browser's skill, and an image without one is left in peace", async () => {
  const plugin = join(folder, "plugin");
  expect(await used(plugin, "group:trick")).toEqual({});
  expect(await used(join(folder, "none", "plugin"), "praktor:browser")).toEqual({});
  expect(await used(plugin, "praktor:browser")).toEqual({});
  await expect.poll(() => readFile(join(folder, "browser", "said"), "utf8").catch(() => "")).toBe("ahead\n");
});
