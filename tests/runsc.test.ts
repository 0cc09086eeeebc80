/** A real agent's turn under gVisor, on engines where `runsc` is registered. Only with `PRAKTOR_LONG=1`. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineChat } from "./support/engine-chats.ts";
import { docker, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { System } from "./support/system.ts";

const long = process.env["PRAKTOR_LONG"] === "1";
const ada = engineChat("runsc");

async function knowsRunsc(): Promise<boolean> {
  return (await docker("info", "--format", "{{json .Runtimes}}")).includes('"runsc"');
}

test.runIf(long && (await engineAnswers()) && (await imageExists("praktor-agent:latest")) && (await knowsRunsc()))(
  "`sandbox.runtime: runsc` gives the agent gVisor's kernel; its turns, tools and session work as ever",
  async () => {
    await removeGroups(ada);
    const folder = await mkdtemp(join(tmpdir(), "praktor-runsc-"));
    try {
      await writeFile(join(folder, "praktor.yaml"), "sandbox:\n  runtime: runsc\n");
      await using system = await System.start({
        environment: {
          PRAKTOR_CONFIG: join(folder, "praktor.yaml"),
          PRAKTOR_SANDBOX: "docker",
          PRAKTOR_TELEGRAM_ALLOW_FROM: String(ada),
        },
      });
      const seen = await system.ask("bash: dmesg | head -1; id -u; ptask list; echo kept > kept.txt", ada, 120_000);
      expect(seen.text).toContain("Starting gVisor");
      expect(seen.text).toContain("10321");
      expect(seen.text).toContain("No tasks found.");
      expect(await docker("inspect", "--format", "{{.HostConfig.Runtime}}", `praktor-agent-${ada}`)).toBe("runsc");
      await docker("kill", `praktor-agent-${ada}`);
      expect((await system.ask("what did I say first?", ada, 120_000)).text).toContain("dmesg");
      expect((await system.ask("bash: cat kept.txt", ada, 120_000)).text).toContain("kept");
    } finally {
      await removeGroups(ada);
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
