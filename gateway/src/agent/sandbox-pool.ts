/** The sandboxes that run: started when they are needed, one for each group, taken over after a restart, stopped when idle. */
import type { RunnerStatus } from "@praktor/protocol/agent-control";
import type { Clock } from "../kit/clock.ts";
import { abortable, deadline, sleep } from "../kit/deadline.ts";
import type { Ids } from "../kit/ids.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { RunningSandbox, SandboxExit, SandboxPlace } from "../sandbox/sandbox.ts";
import {
  newPoolEntry,
  type PooledGroup,
  type PooledSandbox,
  type PooledStatus,
  type PoolEntry,
  type Share,
  shareOf,
} from "./pooled-sandbox.ts";
import { SandboxLauncher, type SandboxLauncherOptions } from "./sandbox-launcher.ts";
import { StartGate } from "./start-gate.ts";
import { whoGivesWay } from "./who-gives-way.ts";

export interface SandboxPoolOptions extends SandboxLauncherOptions {
  /** Aborts when the gateway stops: a start is nobody's in particular, several may wait for it. */
  lifetime: AbortSignal;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  /** Sandboxes at once, in each share. */
  places: Readonly<Record<Share, number>>;
  /** 0: never stopped for being idle. */
  idleTimeoutMs: number;
  closePlace: (groupId: string, place: SandboxPlace) => Promise<void>;
  /** A group with a running turn is not idle, and not evicted. */
  isBusy: (groupId: string) => boolean;
  revoke: (sandboxId: string, groupId: string) => void;
  /** What a running sandbox's runner says of itself when it is asked; null when it does not answer. */
  askRunner: (groupId: string, signal: AbortSignal) => Promise<RunnerStatus | null>;
  /** The runner's first word, and each one after a reconnect. */
  onReady: (groupId: string, generation: number, runner: RunnerStatus) => void;
  /** It ended and nobody had asked for that. */
  onLost: (groupId: string, generation: number, detail: string) => void;
  onChange: (groupId: string, status: PooledStatus, error: string | null) => void;
}

/** How long a sandbox may take to end before it is killed. */
export const stopGraceMs = 5_000;
/** How long its end may take in all, the engine's part included. */
const stopTimeoutMs = 4 * stopGraceMs;
const askEveryMs = 1_000;
const instructionsTimeoutMs = 5_000;
/** Starts at a time, and how long one may hold up the next. */
const startsAtOnce = 4;
const longestHoldMs = 3_000;

export class SandboxPool {
  readonly #options: SandboxPoolOptions;
  readonly #entries = new Map<string, PoolEntry>();
  readonly #launcher: SandboxLauncher;
  readonly #gate = new StartGate(startsAtOnce, longestHoldMs);
  #isLettingGo = false;

  constructor(options: SandboxPoolOptions) {
    this.#options = options;
    this.#launcher = new SandboxLauncher(options);
    options.host.onExit((exit) => this.#exited(exit));
  }

  list(): PooledSandbox[] {
    return [...this.#entries.values()].map(({ groupId, sandboxId, generation, status, startedAt, network }) => ({
      groupId,
      sandboxId,
      generation,
      status,
      startedAt,
      network,
    }));
  }

  isLive(groupId: string, generation: number): boolean {
    const entry = this.#entries.get(groupId);
    return entry?.generation === generation && entry.status === "running";
  }

  /** Of the group's sandbox that takes work now, or null. */
  generationOf(groupId: string): number | null {
    const entry = this.#entries.get(groupId);
    return entry?.status === "running" ? entry.generation : null;
  }

  /**
   * A sandbox that takes work, with the global instructions of now: joins a start in progress, starts one otherwise. Rejects with a `PraktorError` whose message may be
   * shown: `limit_reached` when all places are taken by busy groups, `ended_early` when it died before its runner was there, or a `SandboxErrorCode`.
   */
  async ensure(group: PooledGroup, signal: AbortSignal): Promise<PooledSandbox> {
    if (this.#entries.get(group.id)?.status === "running") await this.#bringInstructions(signal);
    for (;;) {
      signal.throwIfAborted();
      const entry = this.#entries.get(group.id);
      if (entry?.stopped) {
        await abortable(entry.stopped, signal);
        continue;
      }
      const joined = entry ?? this.#begin(group);
      await abortable(joined.ready.promise, signal);
      joined.lastActiveAt = this.#options.clock.now();
      return joined;
    }
  }

  /** The runner says that it can take work. `false`: no such sandbox is wanted. */
  ready(groupId: string, runner: RunnerStatus): boolean {
    const entry = this.#entries.get(groupId);
    if (!entry || entry.status === "stopping") return false;
    // An older sandbox of the group that did not go down announces itself too.
    if (runner.sandboxId !== undefined && runner.sandboxId !== entry.sandboxId) return false;
    const first = entry.status === "starting";
    entry.status = "running";
    entry.lastActiveAt = this.#options.clock.now();
    entry.ready.resolve();
    if (first) this.#options.onChange(groupId, "running", null);
    this.#options.onReady(groupId, entry.generation, runner);
    return true;
  }

  touch(groupId: string): void {
    const entry = this.#entries.get(groupId);
    if (entry) entry.lastActiveAt = this.#options.clock.now();
  }

  /** `false` when the group has none. Resolves when it is gone. */
  async stop(groupId: string, signal: AbortSignal, error: string | null = null): Promise<boolean> {
    const entry = this.#entries.get(groupId);
    if (!entry) return false;
    entry.stopped ??= this.#stop(entry, error, signal);
    await abortable(entry.stopped, signal);
    return true;
  }

  /** A hidden group is gone: its sandbox is stopped, and its network and volumes are removed. */
  async forget(group: { id: string; folder: string }, signal: AbortSignal): Promise<void> {
    await this.stop(group.id, signal);
    await this.#options.host.forget(group.folder, signal);
  }

  /** It runs but does not answer: it is ended as if it had died. Resolves when it is gone; another generation is not touched. */
  async giveUp(groupId: string, generation: number, detail: string): Promise<void> {
    const entry = this.#entries.get(groupId);
    if (entry?.generation !== generation || entry.status !== "running") return;
    this.#options.logger.warn({ group: groupId, sandbox: entry.sandboxId, detail }, "a sandbox is given up");
    this.#exited({ groupId, sandboxId: entry.sandboxId, exitCode: null, outOfMemory: false, detail });
    await entry.stopped;
  }

  /** The gateway stops: sandboxes that end from now on do so because of that, and their turns are left to the next start as they are. */
  letGo(): void {
    this.#isLettingGo = true;
  }

  /** One that an earlier start of the gateway had started goes on as this one's; its runner's first word is awaited in the background. */
  takeOver(sandbox: RunningSandbox, group: PooledGroup, signal: AbortSignal): void {
    const { host, openPlace, startTimeoutMs, onChange, clock } = this.#options;
    const { sandboxId, generation, startedAt } = sandbox;
    const entry = newPoolEntry(group, { sandboxId, generation, startedAt }, clock.now());
    entry.network = sandbox.network;
    this.#entries.set(group.id, entry);
    onChange(group.id, "starting", null);
    const adopting = async (): Promise<void> => {
      const limit = deadline(signal, startTimeoutMs);
      try {
        const network = sandbox.network ?? "open";
        entry.place = await host.prepare({ groupId: group.id, folder: group.folder, network }, limit);
        await openPlace(group.id, entry.place, limit);
        this.#askUntilReady(entry, limit);
        await abortable(Promise.race([entry.ready.promise, entry.died.promise]), limit);
      } catch (error) {
        // A stopping gateway leaves the container to its next life.
        if (signal.aborted) return;
        const failure = await this.#startFailed(entry, error, limit);
        this.#options.onLost(group.id, entry.generation, failure.message);
        throw failure;
      }
    };
    adopting().catch((error: unknown) => entry.ready.reject(error));
    // Nobody may be waiting for it: a rejection that is never awaited must not end the process.
    entry.ready.promise.catch(() => {});
  }

  /** The engine does not run it any more, and its end was missed. */
  foundGone({ groupId, sandboxId }: PooledSandbox): void {
    this.#exited({ groupId, sandboxId, exitCode: null, outOfMemory: false, detail: "It was found gone." });
  }

  /** Stops what was idle for longer than it may be. */
  async stopIdle(signal: AbortSignal): Promise<void> {
    const { idleTimeoutMs, clock, isBusy } = this.#options;
    if (idleTimeoutMs === 0) return;
    const idleSince = clock.now() - idleTimeoutMs;
    const idle = [...this.#entries.values()].filter(
      (entry) => entry.status === "running" && entry.lastActiveAt < idleSince && !isBusy(entry.groupId),
    );
    await Promise.all(idle.map((entry) => this.stop(entry.groupId, signal)));
  }

  /** A sandbox that runs can work with what it has: an engine that is away keeps nobody waiting for long. */
  async #bringInstructions(signal: AbortSignal): Promise<void> {
    try {
      await this.#options.host.bringInstructions(deadline(signal, instructionsTimeoutMs));
    } catch (error) {
      signal.throwIfAborted();
      this.#options.logger.warn(
        { error: errorMessage(error) },
        "changed global instructions did not reach the sandboxes",
      );
    }
  }

  /** Reserves the group's place at once, so that two callers cannot start two; the work goes on behind `ready`. */
  #begin(group: PooledGroup): PoolEntry {
    const evicted = this.#makeRoom(shareOf(group.kind));
    const now = this.#options.clock.now();
    const entry = newPoolEntry(group, { sandboxId: this.#options.ids.next(), generation: 0, startedAt: now }, now);
    this.#entries.set(group.id, entry);
    this.#options.onChange(group.id, "starting", null);
    const limit = deadline(this.#options.lifetime, this.#options.startTimeoutMs);
    const starting = this.#start(entry, group, evicted, AbortSignal.any([limit, entry.cancel.signal]));
    starting.catch((error: unknown) => entry.ready.reject(error));
    return entry;
  }

  /** Whoever gives way is being stopped when this returns. */
  #makeRoom(share: Share): Promise<unknown> {
    const { places, isBusy } = this.#options;
    const idlest = whoGivesWay([...this.#entries.values()], share, places[share], isBusy);
    return idlest ? this.stop(idlest.groupId, AbortSignal.timeout(stopTimeoutMs)) : Promise.resolve();
  }

  async #start(entry: PoolEntry, group: PooledGroup, evicted: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    const begunAt = clock.now();
    try {
      await evicted;
      using _place = await this.#gate.enter(signal);
      entry.launched = this.#launcher.launch(entry, group, signal);
      await entry.launched;
      await abortable(Promise.race([entry.ready.promise, entry.died.promise]), signal);
      logger.info({ group: group.id, ms: clock.now() - begunAt }, "sandbox ready");
    } catch (error) {
      throw await this.#startFailed(entry, error, signal);
    }
  }

  async #startFailed(entry: PoolEntry, error: unknown, signal: AbortSignal): Promise<PraktorError> {
    const { logger } = this.#options;
    const { failure, output } = await this.#launcher.explain(entry, error, signal.aborted);
    const isWanted = !entry.cancel.signal.aborted;
    if (isWanted) {
      logger.error(
        { group: entry.groupId, sandbox: entry.sandboxId, error: errorMessage(error), output },
        "a sandbox did not start",
      );
    }
    // Whoever waits hears why it failed, not that it was cleaned up.
    entry.ready.promise.catch(() => {});
    entry.ready.reject(failure);
    entry.stopped ??= this.#stop(entry, failure.message, AbortSignal.timeout(stopTimeoutMs));
    await entry.stopped;
    if (isWanted) this.#options.onChange(entry.groupId, "failed", failure.message);
    return failure;
  }

  /** A connection that outlived the gateway (an external server's) announces nothing: it has to be asked. */
  #askUntilReady(entry: PoolEntry, signal: AbortSignal): void {
    const asking = async (): Promise<void> => {
      while (entry.status === "starting") {
        const runner = await this.#options.askRunner(entry.groupId, signal);
        if (runner) this.ready(entry.groupId, runner);
        await sleep(askEveryMs, signal);
      }
    };
    // It ends with the wait that it serves.
    asking().catch(() => {});
  }

  async #stop(entry: PoolEntry, error: string | null, signal: AbortSignal): Promise<void> {
    const { host, store, revoke, closePlace, onChange, logger } = this.#options;
    entry.status = "stopping";
    onChange(entry.groupId, "stopping", null);
    // A start in progress would launch it after it was stopped.
    entry.cancel.abort(new PraktorError("start_failed", "The sandbox was stopped while it started."));
    await entry.launched.catch(() => {});
    try {
      // Its credential is good to the end, so that the runner's last facts still arrive; then it is nobody's.
      await host.stop(entry.sandboxId, stopGraceMs, signal);
      await store.stopped(entry.sandboxId, error);
      if (entry.place) await closePlace(entry.groupId, entry.place);
      host.release(entry.folder);
    } catch (failure) {
      logger.error(
        { group: entry.groupId, sandbox: entry.sandboxId, error: errorMessage(failure) },
        "a sandbox did not stop cleanly",
      );
    } finally {
      // After its row says that it stopped: what it had certified until then is taken back with the rest.
      revoke(entry.sandboxId, entry.groupId);
      entry.ready.promise.catch(() => {});
      entry.ready.reject(new PraktorError("start_failed", "The sandbox was stopped."));
      if (this.#entries.get(entry.groupId) === entry) this.#entries.delete(entry.groupId);
      onChange(entry.groupId, "stopped", error);
    }
  }

  #exited(exit: SandboxExit): void {
    const entry = this.#entries.get(exit.groupId);
    if (this.#isLettingGo || !entry || entry.sandboxId !== exit.sandboxId || entry.status === "stopping") return;
    const detail = exit.outOfMemory ? "It was out of memory." : exit.detail;
    if (entry.status === "starting") {
      entry.died.reject(new PraktorError("ended_early", `The sandbox ended before it was ready. ${detail}`));
      return;
    }
    entry.stopped ??= this.#stop(entry, detail, AbortSignal.timeout(stopTimeoutMs));
    void entry.stopped.then(() => this.#options.onLost(entry.groupId, entry.generation, detail));
  }
}
