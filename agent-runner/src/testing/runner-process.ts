/** A real runner in a process of its own, with folders of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HostStandIn } from "./host-stand-in.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** A host stand-in with the folders of one sandbox; runners are started and ended in it. */
export class TestSandbox implements AsyncDisposable {
  readonly host: HostStandIn;
  readonly folder: string;
  readonly token: string;
  readonly log: string[] = [];
  #runner: ChildProcess | null = null;

  private constructor(folder: string, host: HostStandIn, token: string) {
    this.folder = folder;
    this.host = host;
    this.token = token;
  }

  static async start(options: { jwtLifeMs?: number } = {}): Promise<TestSandbox> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "agent-runner-")));
    for (const name of ["workspace", "global", "claude", "home"]) await mkdir(join(folder, name));
    const token = "test-token-0123456789-0123456789";
    const host = new HostStandIn({ groupId: "g1", sandboxId: "sb1", token, ...options });
    await host.start();
    return new TestSandbox(folder, host, token);
  }

  get workspace(): string {
    return join(this.folder, "workspace");
  }

  get credentialsFile(): string {
    return join(this.folder, "home", "nats.creds");
  }

  get runner(): ChildProcess {
    if (!this.#runner) throw new Error("no runner was started");
    return this.#runner;
  }

  /** Starts the runner and waits until it said `ready`. */
  async startRunner(environment: Record<string, string> = {}): Promise<ChildProcess> {
    const before = this.host.readyCount;
    const runner = spawn(process.execPath, [main], {
      env: {
        PATH: process.env["PATH"],
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        GROUP_ID: "g1",
        PRAKTOR_ENDPOINT: this.host.endpoint,
        PRAKTOR_TOKEN: this.token,
        NATS_URL: this.host.natsUrl,
        NATS_CREDS: this.credentialsFile,
        PRAKTOR_SANDBOX_ID: "sb1",
        PRAKTOR_WORKSPACE: this.workspace,
        PRAKTOR_GLOBAL: join(this.folder, "global"),
        CLAUDE_CONFIG_DIR: join(this.folder, "claude"),
        HOME: join(this.folder, "home"),
        ...environment,
      },
      stdio: ["ignore", "inherit", "pipe"],
    });
    this.#runner = runner;
    runner.stderr?.setEncoding("utf8").on("data", (text: string) => this.log.push(text));
    await this.host.eventually("the runner's ready", () => (this.host.readyCount > before ? true : undefined));
    return runner;
  }

  /** Ends the runner and resolves to its exit code (null: by the signal) and to how long that took. */
  async endRunner(signal: NodeJS.Signals = "SIGKILL"): Promise<{ code: number | null; tookMs: number }> {
    const runner = this.#runner;
    this.#runner = null;
    if (!runner || runner.exitCode !== null || runner.signalCode !== null)
      return { code: runner?.exitCode ?? null, tookMs: 0 };
    const begun = Date.now();
    const ended = new Promise<number | null>((resolve) => runner.once("exit", resolve));
    runner.kill(signal);
    return { code: await ended, tookMs: Date.now() - begun };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endRunner("SIGTERM");
    await this.host[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
