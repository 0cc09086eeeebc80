/** A sandbox host without sandboxes: it keeps what runs in memory, and fails, hangs and loses as a test says. */
import { PraktorError } from "../../kit/praktor-error.ts";
import type {
  RunningSandbox,
  SandboxExit,
  SandboxHost,
  SandboxLoad,
  SandboxPlace,
  SandboxSpec,
} from "../../sandbox/sandbox.ts";

export class MemorySandboxHost implements SandboxHost {
  readonly kind = "process";
  readonly openNetwork = null;
  readonly warnings: readonly string[] = [];
  readonly running = new Map<string, RunningSandbox>();
  readonly launched: SandboxSpec[] = [];
  readonly stopped: string[] = [];
  readonly forgotten: string[] = [];
  /** Folders. */
  readonly released: string[] = [];
  readonly #followers: ((text: string) => void)[] = [];
  readonly #listeners: ((exit: SandboxExit) => void)[] = [];
  /** Awaited before a sandbox runs, with what will be started. */
  beforeLaunch: (spec: SandboxSpec) => Promise<void> | void = () => {};
  /** Called once it runs. */
  afterLaunch: (spec: SandboxSpec) => void = () => {};
  /** Awaited before a sandbox is gone. */
  beforeStop: (sandboxId: string) => Promise<void> | void = () => {};
  broughtInstructions = 0;
  onInstructions: () => Promise<void> = () => Promise.resolve();
  output = "";
  /** What the next looks at a running sandbox's load find. */
  readonly loads: SandboxLoad[] = [];

  start(): Promise<void> {
    return Promise.resolve();
  }

  health(): Promise<{ ok: boolean; detail: string }> {
    return Promise.resolve({ ok: true, detail: "It works." });
  }

  prepare(group: { groupId: string }): Promise<SandboxPlace> {
    return Promise.resolve({ listenHost: `place-of-${group.groupId}`, reachHost: "gateway", sources: [] });
  }

  async launch(spec: SandboxSpec): Promise<RunningSandbox> {
    this.launched.push(spec);
    await this.beforeLaunch(spec);
    const { groupId, sandboxId, generation, network } = spec;
    const sandbox = { groupId, sandboxId, generation, network, engineId: `engine-${sandboxId}`, startedAt: 0 };
    this.running.set(sandboxId, sandbox);
    this.afterLaunch(spec);
    return sandbox;
  }

  bringInstructions(): Promise<void> {
    this.broughtInstructions += 1;
    return this.onInstructions();
  }

  changes(): Promise<string[]> {
    return Promise.resolve([]);
  }

  async stop(sandboxId: string): Promise<void> {
    this.stopped.push(sandboxId);
    await this.beforeStop(sandboxId);
    this.#end(sandboxId, { exitCode: 0, outOfMemory: false, detail: "It was stopped." });
  }

  list(): Promise<RunningSandbox[]> {
    return Promise.resolve([...this.running.values()]);
  }

  tail(): Promise<string> {
    return Promise.resolve(this.output);
  }

  follow(sandboxId: string, lines: number, onOutput: (text: string) => void, signal: AbortSignal): Promise<void> {
    onOutput(this.output.split("\n").slice(-lines).join("\n"));
    this.#followers.push(onOutput);
    return new Promise((resolve, reject) => {
      this.onExit((exit) => exit.sandboxId === sandboxId && resolve());
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  /** Whatever is followed prints this. */
  print(text: string): void {
    for (const onOutput of this.#followers) onOutput(text);
  }

  load(sandboxId: string): Promise<SandboxLoad | null> {
    return Promise.resolve(this.running.has(sandboxId) ? (this.loads.shift() ?? null) : null);
  }

  filesUse(): Promise<null> {
    return Promise.resolve(null);
  }

  release(folder: string): void {
    this.released.push(folder);
  }

  forget(folder: string): Promise<void> {
    this.forgotten.push(folder);
    return Promise.resolve();
  }

  onExit(listener: (exit: SandboxExit) => void): void {
    this.#listeners.push(listener);
  }

  /** The group's sandbox dies. */
  crash(groupId: string, change: Partial<SandboxExit> = {}): void {
    const sandbox = [...this.running.values()].find((one) => one.groupId === groupId);
    if (!sandbox) throw new PraktorError("gone", `no sandbox of ${groupId} runs`);
    this.#end(sandbox.sandboxId, { exitCode: 137, outOfMemory: false, detail: "It was killed.", ...change });
  }

  /** Dies, and nobody notices. */
  vanish(groupId: string): void {
    for (const sandbox of this.running.values())
      if (sandbox.groupId === groupId) this.running.delete(sandbox.sandboxId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #end(sandboxId: string, exit: Omit<SandboxExit, "groupId" | "sandboxId">): void {
    const sandbox = this.running.get(sandboxId);
    if (!this.running.delete(sandboxId) || !sandbox) return;
    for (const listener of this.#listeners) listener({ groupId: sandbox.groupId, sandboxId, ...exit });
  }
}
