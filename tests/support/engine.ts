/** What tests ask of the Docker engine themselves, and how they clean up after a system. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Removing the containers of a busy system takes some seconds; nothing takes as long as this. */
const callMs = 120_000;
const mostTries = 10;
const retryMs = 500;
/** Debian's own client, wherever another one comes first on PATH. */
const client = existsSync("/usr/bin/docker") ? "/usr/bin/docker" : "docker";

/** What agents' containers are made of. */
export const agentImage = process.env["PRAKTOR_TEST_AGENT_IMAGE"] ?? "praktor-agent:latest";

export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run(client, args, { maxBuffer: 16 * 1024 * 1024, timeout: callMs });
  return stdout.trim();
}

export async function engineAnswers(): Promise<boolean> {
  return await docker("version", "--format", "{{.Server.Version}}").then(
    () => true,
    () => false,
  );
}

export async function imageExists(image: string): Promise<boolean> {
  return await docker("image", "inspect", "--format", "{{.Id}}", image).then(
    () => true,
    () => false,
  );
}

/**
 * Removes what test groups left, also those of a run that was cut: their containers, networks and volumes, and those of their
 * installation's tasks and swarms. Bounded: each call of the engine's client has its time.
 */
export async function removeGroups(...groupIds: number[]): Promise<void> {
  for (const groupId of groupIds) {
    const ofGroup = `praktor.group=${groupId}`;
    const installs = await installsOf(ofGroup);
    await removeLabelled(ofGroup, ...installs.map(labelOf));
  }
}

export async function removeInstallation(installId: string): Promise<void> {
  await removeLabelled(labelOf(installId));
}

/** All containers first: one that counts a group's files holds its volumes and has no group's label. */
async function removeLabelled(...labels: string[]): Promise<void> {
  const filters = labels.map((label) => ["--filter", `label=${label}`]);
  for (const filter of filters) await removeListed(["ps", "-aq", ...filter], ["rm", "-f"]);
  for (const filter of filters) await removeListed(["network", "ls", "-q", ...filter], ["network", "rm"]);
  for (const filter of filters) await removeListed(["volume", "ls", "-q", ...filter], ["volume", "rm", "-f"]);
}

async function installsOf(label: string): Promise<string[]> {
  const asked = ["--filter", `label=${label}`, "--format", '{{.Label "praktor.install"}}'];
  const answers = await Promise.all([
    docker("ps", "-a", ...asked),
    docker("network", "ls", ...asked),
    docker("volume", "ls", ...asked),
  ]);
  return [...new Set(answers.flatMap((lines) => lines.split("\n")))].filter((install) => install !== "");
}

/** Again when some of it went by itself meanwhile: containers remove themselves when they end. */
async function removeListed(list: readonly string[], remove: readonly string[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const found = await docker(...list);
    if (found === "") return;
    await docker(...remove, ...found.split("\n")).catch(async (error: unknown) => {
      if (tries === mostTries) throw error;
      await delay(retryMs);
    });
  }
}

const labelOf = (installId: string): string => `praktor.install=${installId}`;
