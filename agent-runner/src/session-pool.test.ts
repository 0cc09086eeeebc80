/** What a session leaves behind that could not be started. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SandboxEnvironment } from "@praktor/protocol/sandbox-environment";
import { afterEach, expect, test, vi } from "vitest";
import { jsonLogger } from "./logger.ts";
import { SessionPool } from "./session-pool.ts";

afterEach(() => vi.unstubAllEnvs());

test("a session that cannot be given its tools leaves no folder behind", async () => {
  const folder = await mkdtemp(join(tmpdir(), "praktor-pool-"));
  vi.stubEnv("TMPDIR", folder);
  const environment = SandboxEnvironment.parse({
    GROUP_ID: "g1",
    PRAKTOR_ENDPOINT: "http://127.0.0.1:1",
    PRAKTOR_TOKEN: "test-token-0123456789-0123456789",
    NATS_URL: "nats://127.0.0.1:1",
    NATS_CREDS: join(folder, "nats.creds"),
    PRAKTOR_SANDBOX_ID: "sb1",
    PRAKTOR_WORKSPACE: folder,
    PRAKTOR_GLOBAL: folder,
    CLAUDE_CONFIG_DIR: folder,
    HOME: folder,
  });
  const pool = new SessionPool({
    settings: {
      environment,
      inherited: {},
      executable: "never",
      secrets: () => ({ environment: {}, description: null }),
    },
    maxSessions: 1,
    idleMs: 1,
    logger: jsonLogger(() => {}, Date.now, []),
    makeMcpServers: () => Promise.reject(new Error("no tools")),
    makeHooks: () => ({}),
  });
  const shape = { conversationId: "c1", maxTurns: 1, maxCostUsd: undefined, isMain: false };
  await expect(pool.take({ ...shape, sessionId: undefined, model: undefined })).rejects.toThrow("no tools");
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
