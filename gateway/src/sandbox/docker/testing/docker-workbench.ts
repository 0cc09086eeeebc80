/** A corner of a real engine for tests: own names, an image with the stand-in runner, and nothing left behind. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import Docker from "dockerode";
import { pack } from "tar-stream";
import { systemClock } from "../../../kit/clock.ts";
import { silentLogger } from "../../../kit/logger.ts";
import type { ContainerLimits } from "../container-request.ts";
import { DockerSandboxHost, type DockerSandboxOptions } from "../docker-sandbox-host.ts";

const mib = 1024 * 1024;
export const testLimits: ContainerLimits = {
  memoryBytes: 160 * mib,
  cpus: 1,
  pids: 64,
  sharedMemoryBytes: 16 * mib,
  temporaryBytes: 16 * mib,
  diskWrites: null,
};

const dockerfile = `FROM node:24-bookworm-slim
RUN mkdir -p /workspace/group /workspace/global /workspace/own /workspace/swarm /home/praktor/.claude && chown -R 10321:10321 /workspace /home/praktor
COPY . /opt/
USER 10321:10321
CMD ["node", "/opt/stand-in-runner.mjs"]
`;

export async function engineAnswers(): Promise<boolean> {
  return new Docker().ping().then(
    () => true,
    () => false,
  );
}

export class DockerWorkbench implements AsyncDisposable {
  readonly docker = new Docker();
  readonly prefix = `praktor-test-${randomBytes(4).toString("hex")}`;
  readonly image = `${this.prefix}:latest`;

  /** Builds the image; `files` come to lie beside the stand-in runner in /opt. */
  async start(files: Record<string, string | Buffer> = {}): Promise<void> {
    const tar = pack();
    tar.entry({ name: "Dockerfile" }, dockerfile);
    tar.entry({ name: "stand-in-runner.mjs" }, await readFile(new URL("../../stand-in-runner.mjs", import.meta.url)));
    for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
    tar.finalize();
    const context = tar.pipe(new PassThrough());
    const building = await this.docker.buildImage(context, { t: this.image, forcerm: true });
    let output = "";
    building.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await finished(building, { writable: false });
    if (output.includes('"errorDetail"')) throw new Error(`The test image was not built: ${output.slice(-500)}`);
  }

  options(overrides: Partial<DockerSandboxOptions> = {}): DockerSandboxOptions {
    return {
      installId: `install-${this.prefix}`,
      logger: silentLogger,
      clock: systemClock,
      docker: this.docker,
      image: this.image,
      prefix: this.prefix,
      limits: testLimits,
      ...overrides,
    };
  }

  host(overrides: Partial<DockerSandboxOptions> = {}): DockerSandboxHost {
    return new DockerSandboxHost(this.options(overrides));
  }

  /** Runs a command in a container; resolves with what it printed, errors included. */
  async run(containerId: string, command: string[]): Promise<{ exitCode: number | null; output: string }> {
    const exec = await this.docker
      .getContainer(containerId)
      .exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true });
    const stream = await exec.start({ Tty: true });
    let output = "";
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await finished(stream, { writable: false });
    return { exitCode: (await exec.inspect()).ExitCode, output: output.replaceAll("\r\n", "\n").trim() };
  }

  /** Whether a program in the container gets a TCP connection. */
  async reaches(containerId: string, host: string, port: number): Promise<boolean> {
    const script = `require("net").connect(${port}, ${JSON.stringify(host)}).setTimeout(1500, () => process.exit(1)).on("connect", () => process.exit(0)).on("error", () => process.exit(1))`;
    return (await this.run(containerId, ["node", "-e", script])).exitCode === 0;
  }

  /** Removes the containers, networks and volumes of all groups. */
  async clear(): Promise<void> {
    const mine = (name: string | undefined): boolean => name?.replace(/^\//, "").startsWith(`${this.prefix}-`) === true;
    // A host may be removing what has just ended: that is a conflict, until it is gone.
    for (;;) {
      const containers = (await this.docker.listContainers({ all: true })).filter(({ Names }) => Names.some(mine));
      if (containers.length === 0) break;
      const remove = (id: string): Promise<unknown> => this.docker.getContainer(id).remove({ force: true, v: true });
      await Promise.allSettled(containers.map(({ Id }) => remove(Id)));
    }
    const networks = (await this.docker.listNetworks()).filter(({ Name }) => mine(Name));
    await Promise.all(networks.map(({ Id }) => this.docker.getNetwork(Id).remove()));
    const volumes = (await this.docker.listVolumes()).Volumes.filter(({ Name }) => mine(Name));
    await Promise.all(volumes.map(({ Name }) => this.docker.getVolume(Name).remove()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear();
    await this.docker.getImage(this.image).remove({ force: true });
  }
}
