/** That what a test's system made in the engine is gone after it, however the test ended. */
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { requirement } from "../require.ts";
import { leftOf } from "./containers.ts";
import { engineChat } from "./engine-chats.ts";
import { agentImage, docker, engineAnswers, imageExists, removeGroups } from "./engine.ts";

const usable = (await engineAnswers()) && (await imageExists(agentImage));

test.runIf(requirement("docker", usable) === "run")(
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
    // As the gateway counts a group's files: it holds the volume, and bears no group's label.
    const install = ["--label", `praktor.install=ours-${mark}`];
    const volume = ["--mount", `type=volume,source=praktor-volume-ours-${mark}-${chat},target=/files`];
    await docker("create", ...install, ...volume, agentImage);
    await removeGroups(chat);
    expect(await leftOf(mark)).toEqual([others]);
  },
);
