/** What tests ask of the Docker engine themselves, and how they clean up after a system. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Debian's own client, wherever another one comes first on PATH. */
const client = existsSync("/usr/bin/docker") ? "/usr/bin/docker" : "docker";

export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run(client, args, { maxBuffer: 16 * 1024 * 1024 });
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

/** Removes what test groups left, also those of a run that was cut: their containers, volumes and networks. */
export async function removeGroups(...groupIds: number[]): Promise<void> {
  for (const groupId of groupIds) {
    const label = `label=praktor.group=${groupId}`;
    const containers = await docker("ps", "-aq", "--filter", label);
    if (containers !== "") await docker("rm", "-f", ...containers.split("\n"));
    const networks = await docker("network", "ls", "-q", "--filter", label);
    if (networks !== "") await docker("network", "rm", ...networks.split("\n"));
    const volumes = await docker("volume", "ls", "-q", "--filter", label);
    if (volumes !== "") await docker("volume", "rm", "-f", ...volumes.split("\n"));
  }
}
