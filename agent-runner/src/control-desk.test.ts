import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerControl } from "./control-desk.ts";
import { jsonLogger } from "./logger.ts";
import { WorkspaceFiles } from "./workspace-files.ts";

test("a file that is not there is an answer; what fails is in the log", async () => {
  const folder = await mkdtemp(join(tmpdir(), "praktor-desk-"));
  try {
    const lines: string[] = [];
    const options = {
      files: new WorkspaceFiles({ root: folder, endpoint: "http://127.0.0.1:9", token: "t" }),
      logger: jsonLogger((line) => lines.push(line), Date.now, []),
      status: () => ({ turns: [], version: "1" }),
      interrupt: () => false,
      endSession: () => Promise.resolve(false),
      runCommand: () => Promise.reject(Object.assign(new Error("spawn /bin/sh ENOENT"), { code: "ENOENT" })),
      shutdown: () => {},
      signal: AbortSignal.timeout(20_000),
    };
    const ask = (command: object): Promise<unknown> => answerControl(JSON.stringify(command), options);
    expect(await ask({ command: "workspace_stat", path: "CLAUDE.md" })).toMatchObject({ code: "not_found" });
    expect(lines).toEqual([]);
    expect(await ask({ command: "workspace_stat", path: "../out" })).toMatchObject({ code: "outside_workspace" });
    const check = { command: "run_command", shell: "true", timeoutMs: 1_000, maxOutputChars: 10 };
    expect(await ask(check)).toMatchObject({ code: "not_found" });
    expect(lines).toEqual([expect.stringContaining("outside_workspace"), expect.stringContaining("/bin/sh")]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
