/** A stage whose sandboxes are containers, reached through a cable that can be cut. Leaves nothing in the engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@praktor/simulators/free-port";
import { Cable } from "./cable.ts";
import { readSetting } from "./read-database.ts";
import { Stage, type StageOptions } from "./stage.ts";
import { removeInstallation } from "../support/engine.ts";
import { buildStandInImage, standInImage } from "./stand-in-image.ts";

export const agentImage = "praktor-agent:latest";
const enginePath = "/var/run/docker.sock";

export class DockerStage implements AsyncDisposable {
  readonly stage: Stage;
  /** Between the gateway and the engine. */
  readonly engine: Cable;
  readonly #folder: string;

  private constructor(stage: Stage, engine: Cable, folder: string) {
    this.stage = stage;
    this.engine = engine;
    this.#folder = folder;
  }

  static async prepare(options: Pick<StageOptions, "runner" | "seed" | "chats" | "patches">): Promise<DockerStage> {
    const folder = mkdtempSync(join(tmpdir(), "praktor-engine-"));
    const socket = join(folder, "docker.sock");
    const engine = new Cable({ path: socket }, { path: enginePath });
    await engine.plug();
    const image = options.runner === "claude" ? agentImage : standInImage;
    const stage = await Stage.prepare({
      ...options,
      // Names in the engine are made of it.
      firstChat: 700_000_000 + Math.floor(Math.random() * 99_999_000),
      settings: `agent: { image: "${image}", unresponsive_timeout: 6s }\nsandbox: { memory_mb: ${options.runner === "claude" ? 1024 : 256} }\n`,
      environment: {
        PRAKTOR_SANDBOX: "docker",
        DOCKER_HOST: `unix://${socket}`,
        // A container keeps the addresses that it was started with.
        PRAKTOR_NATS_PORT: String(await freePort()),
        PRAKTOR_SANDBOX_PORT: String(await freePort()),
      },
    });
    if (options.runner === "stand-in") buildStandInImage(join(stage.folder, "agent-runner/dist/agent-runner.mjs"));
    return new DockerStage(stage, engine, folder);
  }

  /** Known once a gateway was up. */
  get installId(): string {
    return readSetting(this.stage.storePath, "install_id");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const installId = this.stage.lives.length > 0 ? this.installId : "";
    await this.stage[Symbol.asyncDispose]();
    await this.engine[Symbol.asyncDispose]();
    if (installId !== "") await removeInstallation(installId);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
