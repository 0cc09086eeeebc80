/** What a session leaves behind that could not be started. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
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

test.skipIf(process.platform === "win32")(
  "a session for which the disk has no room leaves no folder behind",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "praktor-full-"));
    // A process that may make folders and write nothing: what it writes fails as on a full disk.
    const make = `import(${JSON.stringify(import.meta.resolve("./group-plugin.ts"))}).then(({ groupPlugin }) => groupPlugin("/"))`;
    const script = `trap '' XFSZ; ulimit -f 0; exec "$0" -e '${make}'`;
    const env = { TMPDIR: folder };
    await expect(promisify(execFile)("/bin/sh", ["-c", script, process.execPath], { env })).rejects.toThrow("EFBIG");
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  },
);
