/** Sandboxes as containers of a Docker engine: they outlive the gateway and are adopted by the next one. */
import type Docker from "dockerode";
import { Background } from "../../kit/background.ts";
import { backoffMs } from "../../kit/backoff.ts";
import type { Clock } from "../../kit/clock.ts";
import { abortable, sleep } from "../../kit/deadline.ts";
import type { Logger } from "../../kit/logger.ts";
import { errorMessage, errorSentence } from "../../kit/praktor-error.ts";
import type { FilesUse } from "../files-use.ts";
import { KeyedLock } from "../keyed-lock.ts";
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
import { type ContainerLimits, containerRequest, type ContainerRequest, defaultLimits } from "./container-request.ts";
import { containerLoad } from "./container-load.ts";
import { Containers } from "./containers.ts";
import { CpuWeights } from "./cpu-weights.ts";
import { Engine } from "./engine.ts";
import { type EngineFacts, engineFacts, imageFacts, otherRuntime, systemCallsUnfiltered } from "./engine-facts.ts";
import { watchEnds } from "./engine-events.ts";
import { followContainer } from "./follow-container.ts";
import { type FoundContainer, variablesOf } from "./found-container.ts";
import { removeFolderVolumes } from "./folder-volumes.ts";
import { GlobalVolume } from "./global-volume.ts";
import { GroupNetworks } from "./group-networks.ts";
import { imageMissing } from "./image-missing.ts";
import { label, ofInstall } from "./labels.ts";
import { findOwnContainer } from "./own-container.ts";
import { changedFields, policyDifferences } from "./policy.ts";
import { policyMismatch } from "./policy-mismatch.ts";
import { sealed } from "./policy-seal.ts";
import { runtimeMissing, saysRuntimeMissing } from "./runtime-missing.ts";
import { VolumeCounts } from "./volume-counts.ts";

export interface DockerSandboxOptions {
  installId: string;
  logger: Logger;
  clock: Clock;
  /** `new Docker()` honours DOCKER_HOST and its companions. */
  docker: Docker;
  /** `agent.image` */
  image: string;
  limits?: Partial<ContainerLimits>;
  /** The folder of the global instructions on this host, brought into their volume. A gateway in a container mounts the volume itself. */
  globalFolder?: string;
  /** First part of all names; another one lets two installations share an engine. */
  prefix?: string;
  runtime?: string;
}

const firstLookMs = 5_000;
const replaceGraceMs = 2_000;

export class DockerSandboxHost implements SandboxHost {
  readonly kind = "docker";
  readonly openNetwork = null;
  readonly #options: DockerSandboxOptions;
  readonly #engine: Engine;
  readonly #containers: Containers;
  readonly #networks: GroupNetworks;
  readonly #counts: VolumeCounts;
  readonly #lock = new KeyedLock();
  readonly #background: Background;
  readonly #globalVolume: GlobalVolume | undefined;
  #watching = false;
  #own: Promise<FoundContainer | undefined> | undefined;
  /** Of the engine that is watched: one that was restarted is asked anew. */
  #facts: EngineFacts | undefined;

  constructor(options: DockerSandboxOptions) {
    const { installId, logger, clock, docker, prefix = "praktor" } = options;
    this.#options = options;
    this.#engine = new Engine(docker);
    this.#containers = new Containers({ engine: this.#engine, installId, logger });
    this.#networks = new GroupNetworks({ engine: this.#engine, installId, prefix, clock, logger, lock: this.#lock });
    const { image, globalFolder } = options;
    this.#counts = new VolumeCounts({ engine: this.#engine, installId, prefix, image });
    if (globalFolder !== undefined) {
      const volume = `${prefix}-global`;
      this.#globalVolume = new GlobalVolume({ engine: this.#engine, image, volume, folder: globalFolder });
    }
    this.#background = new Background((error) =>
      logger.error({ error: errorMessage(error) }, "watching the container engine failed"),
    );
  }

  get warnings(): readonly string[] {
    const other = this.#facts === undefined || this.#options.runtime !== undefined ? null : otherRuntime(this.#facts);
    return other === null ? [] : [other];
  }

  async start(signal: AbortSignal): Promise<void> {
    const looked = Promise.withResolvers<void>();
    this.#background.run((signal) => this.#watch(signal, looked.resolve));
    this.#background.run((signal) => this.#weights().run(signal));
    await abortable(looked.promise, AbortSignal.any([signal, AbortSignal.timeout(firstLookMs)])).catch(() =>
      signal.throwIfAborted(),
    );
  }

  async health(signal: AbortSignal): Promise<SandboxHealth> {
    try {
      const { image, runtime } = this.#options;
      const found = await imageFacts(this.#engine, image, signal);
      if (found === undefined) return { ok: false, detail: errorSentence(imageMissing(image)) };
      const { runtimes } = await this.#safeEngine(signal);
      if (runtime !== undefined && !runtimes.includes(runtime))
        return { ok: false, detail: errorSentence(runtimeMissing(runtime)) };
      return this.#watching
        ? { ok: true, detail: "The container engine answers and has the agent's image." }
        : { ok: false, detail: "The container engine has just come back; its containers are being looked at." };
    } catch (error) {
      signal.throwIfAborted();
      return { ok: false, detail: errorSentence(error) };
    }
  }

  async prepare(group: SandboxGroup, signal: AbortSignal): Promise<SandboxPlace> {
    checkFolder(group.folder);
    return this.#lock.run(group.folder, signal, async () =>
      this.#networks.ensure(group, await this.#ownContainer(signal), signal),
    );
  }

  async launch(spec: SandboxSpec, signal: AbortSignal): Promise<RunningSandbox> {
    for (const name of [spec.folder, spec.mounts?.group?.folder, spec.mounts?.shared])
      if (typeof name === "string") checkFolder(name);
    const request = this.#request(spec);
    const running = await this.#lock.run(spec.folder, signal, async () => {
      await this.bringInstructions(signal);
      await this.#networks.require(spec, await this.#ownContainer(signal), signal);
      await this.#makeWay(request.name, signal);
      return this.#containers.whileStarting(request.name, () => this.#run(spec, request, signal));
    });
    // Its end may have come before it was known; the caller hears of it after it has this answer.
    this.#background.run((signal) => this.#containers.report(running.engineId, signal));
    return running;
  }

  async bringInstructions(signal: AbortSignal): Promise<void> {
    // A gateway in a container writes into the volume itself.
    if ((await this.#ownContainer(signal)) === undefined) await this.#globalVolume?.sync(signal);
  }

  async changes(spec: SandboxSpec, own: readonly string[], signal: AbortSignal): Promise<string[]> {
    const [id] = await this.#containers.idsOf(spec.sandboxId, signal);
    const found = id === undefined ? undefined : await this.#containers.inspect(id, signal);
    if (found === undefined) return [];
    const [image, engine] = await Promise.all([
      imageFacts(this.#engine, this.#options.image, signal),
      this.#safeEngine(signal),
    ]);
    // It would not start now, which whoever writes next is told; it is not to go on because of that.
    if (image === undefined) return ["image"];
    const environment = { ...spec.environment, ...variablesOf(found, own) };
    return changedFields(this.#request({ ...spec, environment }), found, { engine, image });
  }

  async stop(sandboxId: string, graceMs: number, signal: AbortSignal): Promise<void> {
    for (const id of await this.#containers.idsOf(sandboxId, signal)) await this.#containers.end(id, graceMs, signal);
  }

  list(signal: AbortSignal): Promise<RunningSandbox[]> {
    return this.#containers.running(signal);
  }

  tail(sandboxId: string, lines: number, signal: AbortSignal): Promise<string> {
    return this.#containers.tail(sandboxId, lines, signal);
  }

  follow(sandboxId: string, lines: number, onOutput: (text: string) => void, signal: AbortSignal): Promise<void> {
    return followContainer(this.#engine, this.#containers, { sandboxId, lines, onOutput }, signal);
  }

  async load(sandboxId: string, signal: AbortSignal): Promise<SandboxLoad | null> {
    const [id] = await this.#containers.idsOf(sandboxId, signal);
    return containerLoad(this.#engine, id, signal);
  }

  filesUse(folder: string, signal: AbortSignal): Promise<FilesUse | null> {
    return this.#counts.count(folder, signal);
  }

  release(folder: string): void {
    this.#networks.release(folder);
  }

  async forget(folder: string, signal: AbortSignal): Promise<void> {
    checkFolder(folder);
    await this.#lock.run(folder, signal, async () => {
      await this.#networks.remove(folder, await this.#ownContainer(signal), signal);
      await this.#counts.end(folder, signal);
      await removeFolderVolumes(this.#engine, this.#options.installId, folder, signal);
    });
  }

  onExit(listener: (exit: SandboxExit) => void): void {
    this.#containers.onExit(listener);
  }

  /** Only stops watching: the containers go on for the next gateway. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#background[Symbol.asyncDispose]();
  }

  #request(spec: SandboxSpec): ContainerRequest {
    const { limits, installId, prefix = "praktor", image, runtime } = this.#options;
    return containerRequest(spec, { installId, prefix, image, runtime }, { ...defaultLimits, ...limits });
  }

  #weights(): CpuWeights {
    return new CpuWeights({
      logger: this.#options.logger,
      now: () => performance.now(),
      running: () => this.#containers.runningIds,
      cpuMs: async (id, signal) => (await containerLoad(this.#engine, id, signal))?.cpuMs ?? null,
      setShares: async (id, shares, signal) => {
        await this.#engine.find("Weighing a container", signal, (docker) =>
          docker.getContainer(id).update({ CpuShares: shares }),
        );
      },
    });
  }

  /** Looks at the engine, follows its events, and begins again when it went away. */
  async #watch(signal: AbortSignal, looked: () => void): Promise<void> {
    const { installId, logger } = this.#options;
    for (let failures = 0; !signal.aborted;) {
      try {
        const events = await watchEnds(this.#engine, ofInstall(installId), signal, (containerId) =>
          this.#background.run((signal) => this.#containers.report(containerId, signal)),
        );
        this.#facts = await engineFacts(this.#engine, signal);
        await this.#containers.sweep(signal);
        await this.#counts.tidy(signal);
        this.#watching = true;
        failures = 0;
        looked();
        await events.closed;
        logger.warn({}, "the container engine closed its event stream");
      } catch (error) {
        if (signal.aborted) return;
        if (failures === 0) logger.warn({ error: errorSentence(error) }, "the container engine cannot be watched");
      }
      this.#watching = false;
      this.#facts = undefined;
      looked();
      await sleep(backoffMs(++failures, 250, 10_000), signal);
    }
  }

  /** Asked once: the gateway does not move between containers. A failed look is repeated by the next caller. */
  #ownContainer(signal: AbortSignal): Promise<FoundContainer | undefined> {
    const own = (this.#own ??= findOwnContainer(this.#engine, signal));
    own.catch(() => (this.#own = undefined));
    return own;
  }

  /** Rejects with `not_isolated` where containers would be less than they are meant to, whatever is asked. */
  async #safeEngine(signal: AbortSignal): Promise<EngineFacts> {
    const facts = (this.#facts ??= await engineFacts(this.#engine, signal));
    if (facts.filtersSystemCalls) return facts;
    throw systemCallsUnfiltered();
  }

  /** Removes this installation's older container of that name, and nobody else's. */
  async #makeWay(name: string, signal: AbortSignal): Promise<void> {
    const older = await this.#containers.inspect(name, signal);
    if (older === undefined) return;
    if (older.Config.Labels[label.install] !== this.#options.installId) {
      throw sandboxError("start_failed", `The container ${name} belongs to another installation of Praktor.`, {
        hint: `If that one is gone, remove it with \`docker rm -f ${name}\`.`,
      });
    }
    await this.#containers.end(older.Id, replaceGraceMs, signal);
  }

  /** `mayRepeat`: where the image was built anew after it was looked at, its new one is taken instead; once is enough. */
  async #run(
    spec: SandboxSpec,
    asked: ContainerRequest,
    signal: AbortSignal,
    mayRepeat = true,
  ): Promise<RunningSandbox> {
    const context = { groupId: spec.groupId, sandboxId: spec.sandboxId, generation: spec.generation };
    const { logger, image, runtime } = this.#options;
    const [found, engine] = await Promise.all([imageFacts(this.#engine, image, signal), this.#safeEngine(signal)]);
    if (found === undefined) throw imageMissing(image);
    const defaults = { engine, image: found };
    const request = sealed(asked, defaults);
    const making = this.#engine.find("Making the agent's container", signal, (docker) =>
      docker.createContainer(request),
    );
    const created = await making.catch((error: unknown) => {
      throw runtime !== undefined && saysRuntimeMissing(errorMessage(error)) ? runtimeMissing(runtime, error) : error;
    });
    if (created === undefined) throw imageMissing(image);
    let isRebuilt = false;
    try {
      await this.#engine.call("Starting the agent's container", signal, () => created.start());
      const made = await this.#containers.inspect(created.id, signal);
      if (made === undefined) throw sandboxError("start_failed", "The agent's container vanished while it started.");
      isRebuilt = made.Image !== found.id;
      const differences = policyDifferences(request, made, defaults);
      if (differences.length > 0) throw policyMismatch(differences);
      return this.#containers.adopt(made);
    } catch (error) {
      // What was known of it may be out of date.
      this.#facts = undefined;
      logger.warn({ ...context, error: errorSentence(error) }, "a container that did not start as asked is removed");
      await this.#containers.discard(created.id);
      if (!isRebuilt || !mayRepeat) throw error;
    }
    return await this.#run(spec, asked, signal, false);
  }
}
