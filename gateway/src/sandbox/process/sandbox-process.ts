/** One running child: its output, its orderly end and the news of it. */
import type { ChildProcess } from "node:child_process";
import { abortable, deadline, sleep } from "../../kit/deadline.ts";
import { withoutSignals } from "../exit-code.ts";
import { OutputTail } from "../output-tail.ts";
import type { RunningSandbox, SandboxExit } from "../sandbox.ts";
import { endedForMemory, memoryKills } from "./memory-kills.ts";
import { killGroup } from "./process-records.ts";

/** How long output may lag behind the end of the process: a grandchild may hold the pipe open for ever. */
const outputLagMs = 200;
const killDeadlineMs = 5_000;

export class SandboxProcess {
  readonly running: RunningSandbox;
  readonly pid: number;
  readonly tail = new OutputTail();
  /** Resolves when the process is gone and its last output has been read. */
  readonly ended: Promise<SandboxExit>;
  readonly #child: ChildProcess;
  readonly #killsBefore = memoryKills();

  /** `child` has been spawned as the leader of its own process group, with pipes for all of its standard streams. */
  constructor(child: ChildProcess, running: Omit<RunningSandbox, "engineId">) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.running = { ...running, engineId: `pid:${this.pid}` };
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => this.tail.append(chunk));
    // A signal that cannot be delivered, or writing to a child that has just gone is no news: its end is reported anyway.
    child.on("error", () => {}).stdin?.on("error", () => {});
    this.ended = this.#watch();
  }

  /** Asks, waits for `graceMs`, kills. */
  async end(graceMs: number, signal: AbortSignal): Promise<void> {
    this.#child.stdin?.write("end\n");
    const asked = AbortSignal.timeout(Math.max(graceMs, 1));
    await abortable(this.ended, AbortSignal.any([signal, asked])).catch(() => signal.throwIfAborted());
    this.kill();
    await abortable(this.ended, deadline(signal, killDeadlineMs));
  }

  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) killGroup(this.pid);
  }

  async #watch(): Promise<SandboxExit> {
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      this.#child.once("exit", (code, signal) => resolve([code, signal])),
    );
    // What the agent left running in the background must not outlive its sandbox.
    killGroup(this.pid);
    const patience = new AbortController();
    await Promise.race([closed, sleep(outputLagMs, patience.signal).catch(() => {})]);
    patience.abort();
    const lastOutput = this.tail.lines(20);
    const killsAfter = memoryKills();
    const outOfMemory = endedForMemory({ exitCode, signal, killsBefore: this.#killsBefore, killsAfter, lastOutput });
    const { groupId, sandboxId } = this.running;
    const detail = describe(exitCode, signal, outOfMemory);
    return { groupId, sandboxId, exitCode: withoutSignals(exitCode), outOfMemory, detail };
  }
}

function describe(exitCode: number | null, signal: string | null, outOfMemory: boolean): string {
  if (outOfMemory) return "The agent's process ran out of memory and was ended.";
  if (signal !== null) return `The agent's process was ended by ${signal}.`;
  if (withoutSignals(exitCode) !== null) return `The agent's process ended with exit code ${exitCode}.`;
  return `The agent's process was ended by signal ${(exitCode ?? 128) - 128}.`;
}
