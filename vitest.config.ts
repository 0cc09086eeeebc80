import { defineConfig } from "vitest/config";
import { LongFilesFirst } from "./tests/support/long-files-first.ts";

export default defineConfig({
  test: {
    include: [
      "{protocol,nats-server,gateway,agent-runner,ptask,ui,simulators}/src/**/*.test.{ts,tsx}",
      "tests/**/*.test.ts",
    ],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make the timing-sensitive whole-system tests wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: LongFilesFirst },
  },
});
