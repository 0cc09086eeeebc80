/** Has the browser's program read from the disk while the agent reads how to use it. */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import type { Options } from "@anthropic-ai/claude-agent-sdk";

/** `plugin`: the folder of the image's own skills, beside which the browser lies; an image without a browser has nothing to read. */
export function browserHook(plugin: string): NonNullable<Options["hooks"]> {
  return {
    PostToolUse: [
      {
        matcher: "Skill",
        hooks: [
          (input) => {
            if (input.hook_event_name === "PostToolUse" && /\bbrowser"/.test(JSON.stringify(input.tool_input))) {
              const keeper = spawn(join(dirname(plugin), "browser", "keeper"), ["ahead"], { stdio: "ignore" });
              keeper.on("error", () => {}).unref();
            }
            return Promise.resolve({});
          },
        ],
      },
    ],
  };
}
