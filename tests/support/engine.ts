/** What tests ask of the Docker engine themselves, and how they clean up after a system. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Removing the containers of a busy system takes some seconds; nothing takes as long as this. */
const callMs = 120_000;
/** Debian's own client, wherever another one comes first on PATH. */
const client = existsSync("/usr/bin/docker") ? "/usr/bin/docker" : "docker";

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
    const label = `praktor.group=${groupId}`;
    const installs = await installsOf(label);
    await removeLabelled(label);
    for (const install of installs) await removeLabelled(`praktor.install=${install}`);
  }
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

async function removeLabelled(label: string): Promise<void> {
  const filter = ["--filter", `label=${label}`];
  const containers = await docker("ps", "-aq", ...filter);
  if (containers !== "") await docker("rm", "-f", ...containers.split("\n"));
  const networks = await docker("network", "ls", "-q", ...filter);
  if (networks !== "") await docker("network", "rm", ...networks.split("\n"));
  const volumes = await docker("volume", "ls", "-q", ...filter);
  if (volumes !== "") await docker("volume", "rm", "-f", ...volumes.split("\n"));
}
