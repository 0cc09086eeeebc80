/** An image of the stand-in runner, so that containers start fast. */
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
