/** An image of the stand-in runner, so that containers start fast; and the removal of whatever an installation left in the engine. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, works } from "./shell.ts";

export const standInImage = "praktor-torture-stand-in:latest";

const dockerfile = `FROM node:24-bookworm-slim
RUN mkdir -p /workspace/group /workspace/global /workspace/own /workspace/swarm /home/praktor/.claude && chown -R 10321:10321 /workspace /home/praktor
COPY runner.mjs /opt/runner.mjs
USER 10321:10321
CMD ["node", "/opt/runner.mjs"]
`;

export function engineAnswers(): boolean {
  return works("docker", "version");
}

export function hasImage(name: string): boolean {
  return works("docker", "image", "inspect", name);
}

/** `runner` is the bundled stand-in. */
export function buildStandInImage(runner: string): void {
  const folder = mkdtempSync(join(tmpdir(), "praktor-image-"));
  try {
    writeFileSync(join(folder, "Dockerfile"), dockerfile);
    copyFileSync(runner, join(folder, "runner.mjs"));
    run("docker", "build", "-q", "-t", standInImage, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The running containers of an installation, by group. */
export function containersOf(installId: string): { id: string; groupId: string }[] {
  const format = '{{.ID}} {{.Label "praktor.group"}}';
  const lines = run("docker", "ps", "--filter", `label=praktor.install=${installId}`, "--format", format).trim();
  return lines.split("\n").flatMap((line) => {
    const [id = "", groupId = ""] = line.split(" ");
    return id === "" ? [] : [{ id, groupId }];
  });
}

/** Containers, networks and volumes. */
export function removeAllOf(installId: string): void {
  const filter = `label=praktor.install=${installId}`;
  const ids = (...list: string[]): string[] =>
    run("docker", ...list, "-q", "--filter", filter)
      .split("\n")
      .filter((id) => id !== "");
  const containers = ids("ps", "-a");
  if (containers.length > 0) run("docker", "rm", "-f", ...containers);
  const networks = ids("network", "ls");
  if (networks.length > 0) run("docker", "network", "rm", ...networks);
  const volumes = ids("volume", "ls");
  if (volumes.length > 0) run("docker", "volume", "rm", ...volumes);
}
