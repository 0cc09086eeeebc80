/** That what a test's system made in the engine is gone after it, however the test ended. */
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { requirement } from "../require.ts";
import { leftOf } from "./containers.ts";
import { engineChat } from "./engine-chats.ts";
import { docker, engineAnswers, removeGroups } from "./engine.ts";

test.runIf(requirement("docker", await engineAnswers()) === "run")(
  "clearing a chat away takes its installation's tasks and swarms along, and no other installation's",
  { timeout: 120_000 },
  async () => {
    const chat = engineChat("engine");
    const mark = randomBytes(4).toString("hex");
    const make = async (kind: "volume" | "network", install: string, group: string): Promise<void> => {
      const labels = [`praktor.managed=true`, `praktor.install=${install}`, `praktor.group=${group}`];
      await docker(kind, "create", ...labels.flatMap((one) => ["--label", one]), `praktor-${kind}-${install}-${group}`);
    };
    const others = `praktor-volume-other-${mark}-task-1`;
    onTestFinished(async () => void (await docker("volume", "rm", "-f", others)), 60_000);
    await make("volume", `ours-${mark}`, String(chat));
    await make("volume", `ours-${mark}`, "sw-one-lead");
    await make("network", `ours-${mark}`, "task-1");
    await make("volume", `other-${mark}`, "task-1");
    await removeGroups(chat);
    expect(await leftOf(mark)).toEqual([others]);
  },
);
