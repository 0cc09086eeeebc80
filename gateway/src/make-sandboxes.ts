/** The sandboxes and those who look after them: the pool, who replaces what is out of date, and who notices what hangs. */
import { AgentControlReply, type RunnerStatus } from "@praktor/protocol/agent-control";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { NetworkPolicy } from "@praktor/protocol/network";
import * as subjects from "@praktor/protocol/subjects";
import type { Dispatcher } from "./agent/dispatcher.ts";
import type { PooledSandbox } from "./agent/pooled-sandbox.ts";
import type { RunningTurns } from "./agent/running-turns.ts";
import { SandboxLook } from "./agent/sandbox-look.ts";
import { SandboxPool } from "./agent/sandbox-pool.ts";
import { SandboxReconciler } from "./agent/sandbox-reconciler.ts";
import { SandboxRenewals } from "./agent/sandbox-renewals.ts";
import { sandboxShape } from "./agent/sandbox-shape.ts";
import { changedSettings, type SandboxShape } from "./agent/sandbox-spec.ts";
import { SandboxWatch } from "./agent/sandbox-watch.ts";
import type { Settings } from "./config/schema.ts";
import type { Background } from "./kit/background.ts";
import type { Clock } from "./kit/clock.ts";
import type { PassPoint } from "./kit/crash-points.ts";
import type { Ids } from "./kit/ids.ts";
import type { Logger } from "./kit/logger.ts";
import type { ModelAccess } from "./model-access.ts";
import type { Bus } from "./natsbus/bus.ts";
import type { SandboxPlaces } from "./sandbox-api/sandbox-places.ts";
import type { SandboxUsers } from "./sandbox-api/sandbox-users.ts";
import type { SandboxHost } from "./sandbox/sandbox.ts";
import type { Store } from "./store/contract.ts";
import type { Redactor } from "./vault/redactor.ts";

export interface SandboxParts {
  store: Store;
  bus: Bus;
  host: SandboxHost;
  users: SandboxUsers;
  places: SandboxPlaces;
  running: RunningTurns;
  background: Background;
  clock: Clock;
  ids: Ids;
  log: Logger;
  lifetime: AbortSignal;
  networkOf: (groupId: string) => Promise<NetworkPolicy>;
  access: ModelAccess;
  timeZone: string | undefined;
  publish: (event: PraktorEvent) => void;
  /** A turn of a group began or ended, or its sandbox came or went. */
  onGroupChanged: (groupId: string) => void;
  redactor: Redactor;
  /** Rejects where the secrets of a group cannot be read. */
  checkSecrets: (groupId: string) => Promise<void>;
  passPoint: PassPoint;
  /** Made after the sandboxes, for which it finds work. */
  dispatcher: () => Dispatcher;
}

export interface Sandboxes {
  pool: SandboxPool;
  reconciler: SandboxReconciler;
  renewals: SandboxRenewals;
  /** See `changedSettings`. */
  changesOf: (sandbox: PooledSandbox) => Promise<string[]>;
  watch: SandboxWatch;
  look: SandboxLook;
  watchEveryMs: number;
}

export function makeSandboxes(settings: Settings, parts: SandboxParts): Sandboxes {
  const { store, bus, host, users, places, running, background, clock, ids, log, access, publish, passPoint } = parts;
  const watchEveryMs = Math.min(10_000, settings.agent.unresponsive_timeout / 3);
  const askRunner = async (groupId: string, signal: AbortSignal): Promise<RunnerStatus | null> => {
    const subject = subjects.agentControl(groupId);
    const question = bus.request(subject, { command: "status" }, AgentControlReply, watchEveryMs, signal);
    const reply = await question.catch(() => null);
    return reply?.status === "ok" ? (reply.runner ?? null) : null;
  };
  const environment = {
    // Only an account's token makes Claude Code add what such a token needs.
    PRAKTOR_MODEL_AUTH: access.credential?.type === "oauth" ? "oauth" : "api_key",
    PRAKTOR_MODEL_TIMEOUT_MS: String(settings.agent.model_timeout),
    PRAKTOR_MAX_CONVERSATIONS: String(settings.agent.max_conversations),
    PRAKTOR_MAX_TURNS: String(settings.agent.max_turns),
    PRAKTOR_WEB_FETCH_PREFLIGHT: String(settings.agent.web_fetch_preflight),
    PRAKTOR_ALLOWLIST_WEB_SEARCH: String(settings.sandbox.allowlist_web_search),
    ...(settings.agent.model === undefined ? {} : { PRAKTOR_MODEL: settings.agent.model }),
    ...(parts.timeZone === undefined ? {} : { TZ: parts.timeZone }),
  };
  const shapeOf = (groupId: string): Promise<SandboxShape> => sandboxShape(store.groups, groupId, environment);
  const revoke = (sandboxId: string): void => {
    parts.redactor.forget(tokenSource(sandboxId));
    users.revoke(sandboxId);
  };
  const pool = new SandboxPool({
    lifetime: parts.lifetime,
    host,
    store: store.sandboxes,
    ids,
    clock,
    logger: log,
    places: { chats: settings.agent.max_containers, swarms: settings.swarm.max_containers },
    startTimeoutMs: settings.agent.start_timeout,
    idleTimeoutMs: settings.agent.idle_timeout,
    openPlace: (groupId, place) => places.open(groupId, place),
    closePlace: (groupId, place) => places.close(groupId, place),
    shapeOf,
    networkOf: parts.networkOf,
    beforeLaunch: parts.checkSecrets,
    onToken: (sandboxId, token) => parts.redactor.know(tokenSource(sandboxId), [token]),
    isBusy: (groupId) => running.of(groupId).length > 0,
    revoke: (sandboxId, groupId) => {
      revoke(sandboxId);
      bus.forget(groupId);
    },
    askRunner,
    onReady: (groupId, generation, runner) =>
      background.run(() => parts.dispatcher().reconcile(groupId, generation, runner)),
    onLost: (groupId, generation, detail) =>
      background.run(() => parts.dispatcher().sandboxLost(groupId, generation, detail)),
    onChange: (groupId, status, error) => {
      publish({ type: "sandbox", groupId, status, error });
      parts.onGroupChanged(groupId);
    },
    passPoint,
  });
  const reconciler = new SandboxReconciler({ host, store: store.sandboxes, pool, revoke, logger: log });
  const renewals = new SandboxRenewals({
    pool,
    networkOf: parts.networkOf,
    isBusy: (groupId) => running.of(groupId).length > 0,
    onRenewed: () => parts.dispatcher().wake(),
    background,
    logger: log,
  });
  const watch = new SandboxWatch({
    sandboxes: () => pool.list(),
    answers: async ({ groupId, generation }, signal) => {
      const runner = await askRunner(groupId, signal);
      // A word that was lost with a connection is made up for here.
      if (runner) background.run(() => parts.dispatcher().reconcile(groupId, generation, runner));
      return runner !== null;
    },
    isBusUp: () => bus.health().ok,
    giveUp: (groupId, generation, detail) => pool.giveUp(groupId, generation, detail),
    clock,
    patienceMs: settings.agent.unresponsive_timeout,
  });

  const look = new SandboxLook({ host, pool, clock, redactedStream: () => parts.redactor.stream() });
  const folderOf = async (groupId: string): Promise<string | null> => (await store.groups.get(groupId))?.folder ?? null;
  const changesOf = (sandbox: PooledSandbox): Promise<string[]> =>
    changedSettings({ host, folderOf, shapeOf }, sandbox, parts.lifetime);
  return { pool, reconciler, renewals, changesOf, watch, look, watchEveryMs };
}

/** Under which a sandbox's token is known as a secret. */
export function tokenSource(sandboxId: string): string {
  return `sandbox ${sandboxId}`;
}
