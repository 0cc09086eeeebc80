/** This installation's containers on the engine: which run, what the others' end was, each end reported once. */
import { NetworkPolicy } from "@praktor/protocol/network";
import { z } from "zod";
import { abortable, sleep } from "../../kit/deadline.ts";
import type { Logger } from "../../kit/logger.ts";
import { errorMessage } from "../../kit/praktor-error.ts";
import { RememberedTails } from "../remembered-tails.ts";
import type { RunningSandbox, SandboxExit } from "../sandbox.ts";
import { containerExit } from "./container-exit.ts";
import { type Engine, statusOf } from "./engine.ts";
import { FoundContainer } from "./found-container.ts";
import { label, ofInstall } from "./labels.ts";
import { demultiplex } from "./log-lines.ts";
import { brokenSeal } from "./policy-seal.ts";

const rememberedLines = 200;
const answerMs = 30_000;
const olderGraceMs = 5_000;
const removalPollMs = 50;

const Listed = z.array(z.object({ Id: z.string(), Names: z.array(z.string()), State: z.string() }));
const SandboxLabels = z.object({
  [label.group]: z.string(),
  [label.sandbox]: z.string(),
  [label.generation]: z.coerce.number().int(),
  [label.network]: NetworkPolicy.optional().catch(undefined),
});

export interface ContainersOptions {
  engine: Engine;
  installId: string;
  logger: Logger;
}

export class Containers {
  readonly #options: ContainersOptions;
  /** Taken to run, by container id. Taking an entry away is what reports its end. */
  readonly #known = new Map<string, RunningSandbox>();
  /** Names of containers that a launch is busy with: until it has checked them they are nobody else's. */
  readonly #starting = new Set<string>();
  readonly #reporting = new Map<string, Promise<void>>();
  /** Ended and reported, but not yet removed from the engine. */
  readonly #reported = new Set<string>();
  readonly #tails = new RememberedTails();
  readonly #listeners: ((exit: SandboxExit) => void)[] = [];

  constructor(options: ContainersOptions) {
    this.#options = options;
  }

  onExit(listener: (exit: SandboxExit) => void): void {
    this.#listeners.push(listener);
  }

  async inspect(idOrName: string, signal: AbortSignal): Promise<FoundContainer | undefined> {
    const found = await this.#options.engine.find("Looking at a container", signal, (docker) =>
      docker.getContainer(idOrName).inspect(),
    );
    return found && FoundContainer.parse(found);
  }

  /** Runs a launch's work on the container of that name while nobody else takes it for running or left over. */
  async whileStarting<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#starting.add(name);
    try {
      return await work();
    } finally {
      this.#starting.delete(name);
    }
  }

  /** Takes a container into account from now on. Follow it with `report`: it may have ended before. */
  adopt(found: FoundContainer): RunningSandbox {
    const labels = SandboxLabels.parse(found.Config.Labels);
    const running: RunningSandbox = {
      groupId: labels[label.group],
      sandboxId: labels[label.sandbox],
      generation: labels[label.generation],
      engineId: found.Id,
      startedAt: Date.parse(found.State.StartedAt),
      network: labels[label.network],
    };
    this.#known.set(found.Id, running);
    return running;
  }

  /** As far as it is known without a question to the engine. */
  get runningIds(): string[] {
    return [...this.#known.keys()];
  }

  async running(signal: AbortSignal): Promise<RunningSandbox[]> {
    const listed = await this.#list(signal, ofInstall(this.#options.installId));
    const running = listed.filter((container) => isRunning(container.State));
    const sandboxes = await Promise.all(running.map(async ({ Id }) => this.#known.get(Id) ?? this.#find(Id, signal)));
    return sandboxes.filter((sandbox) => sandbox !== undefined);
  }

  /** Compares with the engine: adopts what runs, reports what ended unseen, removes what was left half made. */
  async sweep(signal: AbortSignal): Promise<void> {
    const listed = await this.#list(signal, ofInstall(this.#options.installId));
    for (const { Id, State } of listed) {
      if (State === "created" || this.#reported.has(Id)) await this.discard(Id);
      else if (!this.#known.has(Id)) await this.#find(Id, signal);
    }
    for (const id of this.#known.keys()) {
      const state = listed.find((container) => container.Id === id)?.State;
      if (state === undefined || !isRunning(state)) await this.report(id, signal);
    }
  }

  /** Reports the end of a container, if it was known to run and runs no more, and removes it. Many may ask at once. */
  report(id: string, signal: AbortSignal): Promise<void> {
    const inProgress = this.#reporting.get(id);
    if (inProgress !== undefined) return abortable(inProgress, signal);
    const report = this.#report(id).finally(() => this.#reporting.delete(id));
    // Every waiter may have given up by the time it fails; the next sweep tries again.
    report.catch(() => {});
    this.#reporting.set(id, report);
    return abortable(report, signal);
  }

  /** Asks it to end, lets the engine kill it after `graceMs` (in whole seconds), reports and removes it. */
  async end(id: string, graceMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#known.has(id) && !this.#reported.has(id)) await this.#find(id, signal);
    await this.#stop(id, graceMs, signal);
    await this.report(id, signal);
    await this.discard(id);
  }

  async idsOf(sandboxId: string, signal: AbortSignal): Promise<string[]> {
    return (await this.#list(signal, ofInstall(this.#options.installId, sandboxId))).map(({ Id }) => Id);
  }

  async tail(sandboxId: string, lines: number, signal: AbortSignal): Promise<string> {
    const remembered = this.#tails.recall(sandboxId, lines);
    if (remembered !== undefined) return remembered;
    const [id] = await this.idsOf(sandboxId, signal);
    return (id && (await this.#log(id, lines, signal))) ?? "";
  }

  /** Removes it whatever it does. Never rejects: what could not be removed now is removed by the next sweep. */
  async discard(id: string): Promise<void> {
    const signal = AbortSignal.timeout(answerMs);
    try {
      await this.#options.engine.find("Removing a container", signal, (docker) =>
        docker
          .getContainer(id)
          .remove({ force: true, v: true })
          .catch((error: unknown) => {
            if (statusOf(error) !== 409) throw error;
          }),
      );
      // 409: somebody else is removing it right now. Its name is free only when it is gone.
      while ((await this.inspect(id, signal)) !== undefined) await sleep(removalPollMs, signal);
      this.#reported.delete(id);
    } catch (error) {
      this.#options.logger.warn({ containerId: id, error: errorMessage(error) }, "a container was not removed");
    }
  }

  async #report(id: string): Promise<void> {
    const signal = AbortSignal.timeout(answerMs);
    const sandbox = this.#known.get(id);
    if (sandbox === undefined) return;
    const found = await this.inspect(id, signal);
    if (found?.State.Running === true) return;
    const output = found && (await this.#log(id, rememberedLines, signal));
    this.#tails.remember(sandbox.sandboxId, output ?? "");
    this.#known.delete(id);
    this.#reported.add(id);
    for (const listener of this.#listeners) listener(containerExit(sandbox, found?.State));
    await this.discard(id);
  }

  async #list(signal: AbortSignal, labels: string[]): Promise<z.infer<typeof Listed>> {
    const listed = await this.#options.engine.call("Listing containers", signal, (docker) =>
      docker.listContainers({ all: true, filters: { label: labels } }),
    );
    return Listed.parse(listed).filter(({ Names }) => !Names.some((name) => this.#starting.has(name.slice(1))));
  }

  async #find(id: string, signal: AbortSignal): Promise<RunningSandbox | undefined> {
    const found = await this.inspect(id, signal);
    if (found === undefined) return undefined;
    const differences = found.State.Running ? brokenSeal(found) : [];
    if (differences?.length === 0) return this.adopt(found);
    const { logger } = this.#options;
    if (differences === null) {
      logger.info(
        { containerId: id },
        "a container that an older Praktor started is ended; the next message starts a new one",
      );
      await this.#stop(id, olderGraceMs, signal);
    } else {
      logger.warn({ containerId: id, differences }, "a container that is not what it was started as is ended");
    }
    await this.discard(id);
    return undefined;
  }

  async #stop(id: string, graceMs: number, signal: AbortSignal): Promise<void> {
    const stop = { t: Math.ceil(graceMs / 1000) };
    await this.#options.engine.find(
      "Stopping a container",
      signal,
      (docker) =>
        docker
          .getContainer(id)
          .stop(stop)
          .catch((error: unknown) => {
            // 304: it had stopped already.
            if (statusOf(error) !== 304) throw error;
          }),
      graceMs + answerMs,
    );
  }

  async #log(id: string, lines: number, signal: AbortSignal): Promise<string | undefined> {
    const log = await this.#options.engine.find("Reading a container's output", signal, (docker) =>
      docker
        .getContainer(id)
        .logs({ stdout: true, stderr: true, tail: lines })
        .catch((error: unknown) => {
          // 409: it is just being removed.
          if (statusOf(error) === 409) return undefined;
          throw error;
        }),
    );
    return log && demultiplex(log);
  }
}

const isRunning = (state: string): boolean => state === "running" || state === "paused" || state === "restarting";
