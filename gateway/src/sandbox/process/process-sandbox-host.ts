/** Sandboxes as child processes, inside bubblewrap where that works: no container engine is needed. */
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../../kit/clock.ts";
import { abortable, deadline } from "../../kit/deadline.ts";
import type { Logger } from "../../kit/logger.ts";
import { errorMessage } from "../../kit/praktor-error.ts";
import { countFiles, countTimeoutMs, type FilesUse, readFilesUse } from "../files-use.ts";
import { KeyedLock } from "../keyed-lock.ts";
import { RememberedTails } from "../remembered-tails.ts";
import type {
  RunningSandbox,
  SandboxExit,
  SandboxGroup,
  SandboxHealth,
  SandboxHost,
  SandboxLoad,
  SandboxPlace,
  SandboxSpec,
} from "../sandbox.ts";
import { checkFolder, sandboxError } from "../sandbox-error.ts";
import { bubblewrapArguments, probeBubblewrap, writeUsers } from "./bubblewrap.ts";
import { parentWatch } from "./parent-watch.ts";
import { processTreeLoad } from "./process-tree-load.ts";
import { endLeftovers, processIdentity, removeRecord, writeRecord } from "./process-records.ts";
import { makeDirectories, sandboxDirectories, type SandboxDirectories } from "./sandbox-directories.ts";
import { SandboxProcess } from "./sandbox-process.ts";

export interface ProcessSandboxOptions {
  installId: string;
  logger: Logger;
  clock: Clock;
  /** `{groupsBase}/{folder}` is a group's workspace, `{groupsBase}/global` the instructions of all. */
  groupsBase: string;
  /** Praktor's own folder for the sandboxes' homes and records. */
  stateBase: string;
  /** The bundled agent-runner; its directory is visible inside. */
  runnerPath: string;
  /** Claude Code's executable, where the runner shall not look for it itself. */
  claudePath?: string;
  /** Directories whose programs the agent finds first, `ptask` among them. */
  toolDirectories?: readonly string[];
  /** The PATH behind them. */
  path: string;
  /** `off` never encloses; `auto` does where `bwrap` works; `required` refuses to launch without it. */
  bubblewrap?: "auto" | "off" | "required";
  bubblewrapProgram?: string;
  /** Node for the runner. */
  nodePath?: string;
}

const run = promisify(execFile);
const spawnDeadlineMs = 10_000;
const replaceGraceMs = 2_000;

const sharedNetwork =
  "Agents run as enclosed processes: they see only their own files and processes, but they share this machine's network and its loopback services, and nothing limits their memory or processor time.";
const notEnclosed = (reason: string): string =>
  `Agents run as plain processes with the rights of this account: they can read and change whatever it can, other groups' files included. ${reason}`;

export class ProcessSandboxHost implements SandboxHost {
  readonly kind = "process";
  readonly openNetwork =
    "Network policies do not hold for agents that run as processes: they share this machine's network. They hold with sandbox.kind: docker.";
  readonly #options: ProcessSandboxOptions;
  readonly #stateBase: string;
  readonly #lock = new KeyedLock();
  readonly #byGroup = new Map<string, SandboxProcess>();
  readonly #tails = new RememberedTails();
  readonly #listeners: ((exit: SandboxExit) => void)[] = [];
  #closed = false;
  #notEnclosedBecause: string | undefined = "Whether bubblewrap works here has not been tried yet.";

  constructor(options: ProcessSandboxOptions) {
    this.#options = options;
    this.#stateBase = resolve(options.stateBase);
  }

  /** True once `start` has seen that bubblewrap works here. */
  get enclosed(): boolean {
    return this.#notEnclosedBecause === undefined;
  }

  get warnings(): readonly string[] {
    return [this.#notEnclosedBecause === undefined ? sharedNetwork : notEnclosed(this.#notEnclosedBecause)];
  }

  /** Tries bubblewrap once and ends what an earlier gateway of this installation left running. */
  async start(signal: AbortSignal): Promise<void> {
    mkdirSync(this.#stateBase, { recursive: true, mode: 0o700 });
    for (const sandboxId of endLeftovers(this.#stateBase, this.#options.installId)) {
      this.#options.logger.warn({ sandboxId }, "ended a sandbox that an earlier gateway left");
    }
    this.#notEnclosedBecause = await this.#reasonNotToEnclose(signal);
  }

  health(): Promise<SandboxHealth> {
    const missing = this.#options.bubblewrap === "required" && !this.enclosed;
    const detail = this.enclosed ? "Agents run as processes inside bubblewrap." : (this.warnings[0] ?? "");
    return Promise.resolve({ ok: !missing, detail });
  }

  async prepare(group: SandboxGroup): Promise<SandboxPlace> {
    checkFolder(group.folder);
    return { listenHost: "127.0.0.1", reachHost: "127.0.0.1", sources: ["127.0.0.0/8"] };
  }

  launch(spec: SandboxSpec, signal: AbortSignal): Promise<RunningSandbox> {
    return this.#lock.run(spec.groupId, signal, async () => {
      if (this.#closed) throw sandboxError("start_failed", "The agent was not started: the gateway is stopping.");
      if (this.#options.bubblewrap === "required" && !this.enclosed) {
        throw sandboxError("not_isolated", `The agent was not started: ${this.#notEnclosedBecause ?? ""}`);
      }
      const directories = this.#directories(spec);
      await this.#byGroup.get(spec.groupId)?.end(replaceGraceMs, signal);
      await makeDirectories(directories, { keepRun: false });
      const started = await this.#spawn(spec, directories, signal);
      this.#byGroup.set(spec.groupId, started);
      this.#record(started, directories);
      void started.ended.then((exit) => this.#onEnded(started, directories, exit));
      return started.running;
    });
  }

  /** The processes read the folder itself. */
  bringInstructions(): Promise<void> {
    return Promise.resolve();
  }

  /** None outlives the gateway whose settings it was started with. */
  changes(): Promise<string[]> {
    return Promise.resolve([]);
  }

  async stop(sandboxId: string, graceMs: number, signal: AbortSignal): Promise<void> {
    await this.#find(sandboxId)?.end(graceMs, signal);
  }

  list(): Promise<RunningSandbox[]> {
    return Promise.resolve([...this.#byGroup.values()].map((sandbox) => sandbox.running));
  }

  tail(sandboxId: string, lines: number): Promise<string> {
    return Promise.resolve(this.#find(sandboxId)?.tail.lines(lines) ?? this.#tails.recall(sandboxId, lines) ?? "");
  }

  async follow(sandboxId: string, lines: number, onOutput: (text: string) => void, signal: AbortSignal): Promise<void> {
    const found = this.#find(sandboxId);
    if (found === undefined) return;
    const leave = found.tail.follow(lines, onOutput);
    try {
      await abortable(found.ended, signal);
    } finally {
      leave();
    }
  }

  async load(sandboxId: string): Promise<SandboxLoad | null> {
    const found = this.#find(sandboxId);
    return found === undefined ? null : await processTreeLoad(found.pid);
  }

  async filesUse(folder: string, signal: AbortSignal): Promise<FilesUse | null> {
    checkFolder(folder);
    const places = [resolve(this.#options.groupsBase, folder), join(this.#stateBase, folder)];
    const directories = places.filter((place) => existsSync(place));
    if (directories.length === 0) return null;
    const { stdout } = await run("/bin/sh", ["-c", countFiles, "sh", ...directories], {
      signal,
      timeout: countTimeoutMs,
    });
    return readFilesUse(stdout, directories.length);
  }

  /** There is no network to give back. */
  release(): void {}

  async forget(folder: string): Promise<void> {
    checkFolder(folder);
    await rm(join(this.#stateBase, folder), { recursive: true, force: true });
  }

  onExit(listener: (exit: SandboxExit) => void): void {
    this.#listeners.push(listener);
  }

  /** Ends every sandbox: they cannot outlive the gateway, so they are given a moment to say so. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const forEver = new AbortController().signal;
    await Promise.all([...this.#byGroup.values()].map((sandbox) => sandbox.end(replaceGraceMs, forEver)));
  }

  #directories({ folder, mounts }: SandboxSpec): SandboxDirectories {
    for (const name of [folder, mounts?.group?.folder, mounts?.shared]) if (typeof name === "string") checkFolder(name);
    return sandboxDirectories(this.#options.groupsBase, this.#stateBase, folder, mounts);
  }

  #find(sandboxId: string): SandboxProcess | undefined {
    return [...this.#byGroup.values()].find((sandbox) => sandbox.running.sandboxId === sandboxId);
  }

  async #reasonNotToEnclose(signal: AbortSignal): Promise<string | undefined> {
    const { bubblewrap = "auto", bubblewrapProgram = "bwrap", nodePath = process.execPath } = this.#options;
    if (bubblewrap === "off") return "Bubblewrap is switched off.";
    if (process.platform !== "linux") return "Bubblewrap exists for Linux only; use `sandbox.kind: docker` here.";
    const reason = await probeBubblewrap(bubblewrapProgram, nodePath, join(this.#stateBase, ".users"), signal);
    return reason && `Install bubblewrap, or use \`sandbox.kind: docker\` (tried: ${reason}).`;
  }

  async #spawn(spec: SandboxSpec, directories: SandboxDirectories, signal: AbortSignal): Promise<SandboxProcess> {
    const { nodePath = process.execPath, runnerPath, bubblewrapProgram = "bwrap" } = this.#options;
    const command = [nodePath, "--import", parentWatch, resolve(runnerPath)];
    const enclosed = this.enclosed ? [bubblewrapProgram, ...this.#enclosure(directories)] : [];
    const [program = nodePath, ...arguments_] = [...enclosed, ...command];
    const child = spawn(program, arguments_, {
      cwd: directories.workspace,
      env: this.#environment(spec, directories),
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const spawned = new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    try {
      await abortable(spawned, deadline(signal, spawnDeadlineMs));
    } catch (cause) {
      child.kill("SIGKILL");
      signal.throwIfAborted();
      throw sandboxError("start_failed", `The agent's process could not be started: ${errorMessage(cause)}`, {
        cause,
        context: { groupId: spec.groupId, sandboxId: spec.sandboxId },
      });
    }
    const { groupId, sandboxId, generation, network } = spec;
    return new SandboxProcess(child, { groupId, sandboxId, generation, network, startedAt: this.#options.clock.now() });
  }

  #environment(spec: SandboxSpec, directories: SandboxDirectories): Record<string, string> {
    const { claudePath, toolDirectories = [], nodePath = process.execPath, path } = this.#options;
    return {
      ...spec.environment,
      HOME: directories.home,
      CLAUDE_CONFIG_DIR: directories.claudeConfig,
      PRAKTOR_WORKSPACE: directories.workspace,
      ...(directories.groupFiles === null ? {} : { PRAKTOR_GROUP_FILES: directories.groupFiles }),
      ...(directories.sharedFiles === null ? {} : { PRAKTOR_SWARM_FILES: directories.sharedFiles }),
      PRAKTOR_GLOBAL: directories.global,
      NATS_CREDS: join(directories.run, "nats.creds"),
      TMPDIR: this.enclosed ? "/tmp" : directories.temporary,
      LANG: "C.UTF-8",
      PATH: [...toolDirectories.map((tools) => resolve(tools)), dirname(nodePath), path].join(delimiter),
      ...(claudePath === undefined ? {} : { PRAKTOR_CLAUDE_PATH: resolve(claudePath) }),
    };
  }

  #enclosure(directories: SandboxDirectories): string[] {
    const { claudePath, toolDirectories = [], nodePath = process.execPath, runnerPath } = this.#options;
    writeUsers(directories.users, directories.home);
    const programs = [dirname(runnerPath), ...toolDirectories, ...(claudePath === undefined ? [] : [claudePath])];
    return bubblewrapArguments(
      {
        readOnly: [
          nodePath,
          ...programs.map((path) => resolve(path)),
          directories.global,
          ...present(directories.groupFiles),
        ],
        writable: [directories.workspace, directories.home, ...present(directories.sharedFiles)],
        emptied: [directories.run],
        workingDirectory: directories.workspace,
      },
      directories.users,
    );
  }

  #record(started: SandboxProcess, directories: SandboxDirectories): void {
    const identity = processIdentity(started.pid);
    if (identity === undefined) return;
    const { installId } = this.#options;
    writeRecord(directories.record, { installId, sandboxId: started.running.sandboxId, pid: started.pid, identity });
  }

  #onEnded(ended: SandboxProcess, directories: SandboxDirectories, exit: SandboxExit): void {
    if (this.#byGroup.get(exit.groupId) === ended) this.#byGroup.delete(exit.groupId);
    this.#tails.remember(exit.sandboxId, ended.tail.lines(200));
    removeRecord(directories.record);
    for (const listener of this.#listeners) listener(exit);
  }
}

const present = (path: string | null): string[] => (path === null ? [] : [path]);
