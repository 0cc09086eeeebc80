/** Gives the engine everything that a group's sandbox needs to start, and words for a start that failed. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { PassPoint } from "../kit/crash-points.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { hashSandboxToken, newSandboxToken } from "../kit/sandbox-token.ts";
import type { SandboxHost, SandboxPlace } from "../sandbox/sandbox.ts";
import type { SandboxStore } from "../store/contract/sandbox-store.ts";
import type { PooledGroup, PoolEntry } from "./pooled-sandbox.ts";
import { type SandboxShape, sandboxSpec } from "./sandbox-spec.ts";

export interface SandboxLauncherOptions {
  host: SandboxHost;
  store: SandboxStore;
  startTimeoutMs: number;
  /** Opens NATS and the endpoint where this group's sandbox will look for them, and says how it reaches them. */
  openPlace: (
    groupId: string,
    place: SandboxPlace,
    signal: AbortSignal,
  ) => Promise<{ natsUrl: string; endpointUrl: string }>;
  /** What the group's sandbox may reach, as it is to be started now. */
  networkOf: (groupId: string) => Promise<NetworkPolicy>;
  /** Rejects where a group cannot be given what it needs: then nothing is started. */
  beforeLaunch?: (groupId: string) => Promise<void>;
  /** The token of a sandbox that is about to start: it must not be seen anywhere. */
  onToken?: (sandboxId: string, token: string) => void;
  shapeOf: (groupId: string) => Promise<SandboxShape>;
  passPoint?: PassPoint;
}

const tailTimeoutMs = 5_000;

export class SandboxLauncher {
  readonly #options: SandboxLauncherOptions;

  constructor(options: SandboxLauncherOptions) {
    this.#options = options;
  }

  /** Resolves when the engine has started it, before its runner is ready; the entry has its place and generation then. */
  async launch(entry: PoolEntry, group: PooledGroup, signal: AbortSignal): Promise<void> {
    const { host, store, openPlace, networkOf, shapeOf, passPoint, beforeLaunch, onToken } = this.#options;
    await beforeLaunch?.(group.id);
    const network = await networkOf(group.id);
    entry.network = network;
    entry.place = await host.prepare({ groupId: group.id, folder: group.folder, network }, signal);
    const { natsUrl, endpointUrl } = await openPlace(group.id, entry.place, signal);
    const shape = await shapeOf(group.id);
    signal.throwIfAborted();
    const token = newSandboxToken();
    onToken?.(entry.sandboxId, token);
    const row = await store.begin({ id: entry.sandboxId, groupId: group.id, tokenHash: hashSandboxToken(token) });
    passPoint?.("sandbox_stored");
    entry.generation = row.generation;
    const { sandboxId, generation } = entry;
    const own = {
      PRAKTOR_NETWORK: network,
      GROUP_ID: group.id,
      PRAKTOR_SANDBOX_ID: sandboxId,
      PRAKTOR_TOKEN: token,
      PRAKTOR_ENDPOINT: endpointUrl,
      NATS_URL: natsUrl,
    };
    const sandbox = { groupId: group.id, folder: group.folder, network, sandboxId, generation };
    const running = await host.launch(sandboxSpec(sandbox, shape, own), signal);
    passPoint?.("sandbox_launched");
    await store.running(entry.sandboxId, running.engineId);
  }

  /** Why a start failed, with the sandbox's last word, and what it printed. */
  async explain(
    entry: PoolEntry,
    error: unknown,
    timedOut: boolean,
  ): Promise<{ failure: PraktorError; output: string }> {
    const { host, startTimeoutMs } = this.#options;
    const output = await host.tail(entry.sandboxId, 20, AbortSignal.timeout(tailTimeoutMs)).catch(() => "");
    const lastWord = runnerError(output);
    if (error instanceof PraktorError) {
      const failure =
        lastWord === null
          ? error
          : new PraktorError(error.code, `${error.message} Its last word: ${lastWord}`, { cause: error });
      return { failure, output };
    }
    const sentence = timedOut
      ? `It did not become ready within ${Math.round(startTimeoutMs / 1000)} s.`
      : `It could not be started: ${errorMessage(error)}`;
    return { failure: new PraktorError("start_failed", sentence, { cause: error }), output };
  }
}

/** The error that the runner logged before it ended: one JSON object a line. */
function runnerError(output: string): string | null {
  const line = output.trim().split("\n").at(-1) ?? "";
  return /"error":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? null;
}
