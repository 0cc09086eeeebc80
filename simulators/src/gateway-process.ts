/** The real gateway as a child process beside the simulators: what the demo, the whole-system tests and the benchmarks start, kill and start again. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const commandLine = fileURLToPath(new URL("../../gateway/src/main.ts", import.meta.url));
const defaultStartTimeoutMs = 30_000;
const keptLines = 400;

const LogLine = z.looseObject({ level: z.string(), msg: z.string() });
const UpLine = z.looseObject({ msg: z.literal("praktor is up"), web: z.string().optional(), ms: z.number() });
export type LogLine = z.infer<typeof LogLine>;

export interface GatewayProcessOptions {
  /** The settings, as environment variables; nothing else of this process's environment but PATH is handed on. */
  environment: Readonly<Record<string, string>>;
  onLog?: (line: LogLine) => void;
  /** What is run with `gateway` as its argument; the sources of this repository when absent. */
  program?: string;
  startTimeoutMs?: number;
}

export class GatewayProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #web: string | undefined;
  #startMs = 0;

  /** Resolves when it says that it is up; rejects with what it printed when it ends before, or takes too long. */
  readonly up: Promise<void>;
  /** Resolves when its process is gone. */
  readonly gone: Promise<void>;

  private constructor(child: ChildProcess, options: GatewayProcessOptions) {
    this.#child = child;
    this.gone = new Promise((resolve) => child.once("close", () => resolve()));
    this.up = this.#up(options);
    this.up.catch(() => {});
  }

  /** Returns at once: for a test that kills it at any moment of its life. */
  static launch(options: GatewayProcessOptions): GatewayProcess {
    const child = spawn(process.execPath, [options.program ?? commandLine, "gateway"], {
      env: { PATH: process.env.PATH ?? "", PRAKTOR_CONFIG: "", ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new GatewayProcess(child, options);
  }

  /** As `launch`, and up. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const gateway = GatewayProcess.launch(options);
    await gateway.up;
    return gateway;
  }

  /** The page's address. Empty when the web is off. */
  get web(): string {
    return this.#web ?? "";
  }

  /** Milliseconds from the gateway's own first line to being up. */
  get startMs(): number {
    return this.#startMs;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last lines of its log, for a message about a failure. */
  log(): string {
    return this.#lines.join("\n");
  }

  /** `SIGKILL` as a crash, `SIGTERM` as an operator. Resolves when it is gone. */
  async end(signal: "SIGTERM" | "SIGKILL", timeoutMs = 30_000): Promise<void> {
    if (!this.running) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    const ended = await Promise.race([gone.then(() => true), delay(timeoutMs, false, { ref: false })]);
    if (ended) return;
    this.#child.kill("SIGKILL");
    await gone;
    throw new Error(`The gateway did not end within ${timeoutMs} ms after ${signal}.\n${this.log()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGTERM");
  }

  async #up({ onLog, startTimeoutMs = defaultStartTimeoutMs }: GatewayProcessOptions): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const keep = (line: string): void => {
      this.#lines.push(line);
      if (this.#lines.length > keptLines) this.#lines.shift();
    };
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error("The gateway's output is not a pipe.");
    createInterface(stderr).on("line", keep);
    createInterface(stdout).on("line", (line) => {
      keep(line);
      const parsed = LogLine.safeParse(parse(line));
      if (!parsed.success) return;
      onLog?.(parsed.data);
      const up = UpLine.safeParse(parsed.data);
      if (!up.success) return;
      this.#web = up.data.web;
      this.#startMs = up.data.ms;
      resolve();
    });
    this.#child.once("error", reject);
    this.#child.once("close", () => reject(new Error(`The gateway ended before it was up:\n${this.log()}`)));
    const timer = setTimeout(
      () => reject(new Error(`The gateway was not up within ${startTimeoutMs} ms:\n${this.log()}`)),
      startTimeoutMs,
    );
    try {
      await promise;
    } catch (error) {
      this.#child.kill("SIGKILL");
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
