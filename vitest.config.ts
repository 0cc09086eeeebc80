import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongFilesFirst } from "./tests/support/long-files-first.ts";

/** They start sandboxes, so most of their time they wait for other programs, as what is in `tests/` does. */
const withSandboxes = [
  "gateway/src/sandbox/{docker,process}/**/*.test.ts",
  "agent-runner/src/{runner,runner-restarts,web,group-plugin}.test.ts",
];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Where the gateway keeps it too. What tests start is stripped of its types and compiled once, not each time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
    // More than cores: of four, two wait.
    maxWorkers: 4,
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["{protocol,nats-server,gateway,agent-runner,ptask,ui,simulators}/src/**/*.test.{ts,tsx}"],
          exclude: withSandboxes,
          // Loading what is tested costs more than most of these tests.
          isolate: false,
        },
      },
      // A page or an agent that others keep from the processor is late, not broken.
      {
        extends: true,
        test: {
          name: "system",
          include: ["tests/**/*.test.ts", ...withSandboxes],
          testTimeout: 60_000,
          globalSetup: "tests/support/one-gateway.ts",
        },
      },
    ],
  },
});
