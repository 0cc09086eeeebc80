/** The rooms that do the work: sandboxes, turns, and what people may ask of them, each handed what it needs. */
import type { Address } from "@praktor/protocol/address";
import { AgentControlReply, AgentReady, type RunnerStatus } from "@praktor/protocol/agent-control";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { PraktorEvent } from "@praktor/protocol/events";
import * as subjects from "@praktor/protocol/subjects";
import { filesInPlace } from "./agent/attached-files.ts";
import { Approvals } from "./agent/approvals.ts";
import { Assistant } from "./agent/assistant.ts";
import { CostLimit } from "./agent/cost-limit.ts";
import { Dispatcher, type Refusal } from "./agent/dispatcher.ts";
import { SandboxRenewals } from "./agent/sandbox-renewals.ts";
import { MidTurnWords } from "./agent/mid-turn-words.ts";
import { PreCheck } from "./agent/pre-check.ts";
import { RunningTurns } from "./agent/running-turns.ts";
import { SandboxLook } from "./agent/sandbox-look.ts";
import { RedactedOutput } from "./agent/redacted-output.ts";
import { SandboxPool } from "./agent/sandbox-pool.ts";
import { sandboxShape } from "./agent/sandbox-shape.ts";
import { SandboxWatch } from "./agent/sandbox-watch.ts";
import { takeOverTurns } from "./agent/take-over.ts";
import type { Transfers } from "./agent/transfers.ts";
import { ToolApprovals } from "./agent/tool-approvals.ts";
import { TurnEndings } from "./agent/turn-endings.ts";
import { TurnFacts } from "./agent/turn-facts.ts";
import { Workspace } from "./agent/workspace.ts";
import { WorkspaceSizes } from "./agent/workspace-sizes.ts";
import type { Settings } from "./config/schema.ts";
import type { Audit } from "./kit/audit.ts";
import type { Background } from "./kit/background.ts";
import { boundedLogger } from "./kit/bounded-logger.ts";
import type { Clock } from "./kit/clock.ts";
import type { PassPoint } from "./kit/crash-points.ts";
import type { Ids } from "./kit/ids.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { ModelAccess, Obstacle } from "./model-access.ts";
import type { Bus } from "./natsbus/bus.ts";
import type { SandboxPlaces } from "./sandbox-api/sandbox-places.ts";
import type { SandboxUsers } from "./sandbox-api/sandbox-users.ts";
import { failureNotice } from "./scheduler/task-words.ts";
import { whyTaskFailed } from "./scheduler/why-task-failed.ts";
import type { SandboxHost } from "./sandbox/sandbox.ts";
import type { Store } from "./store/contract.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import { wordsParts } from "./telegram/buttons.ts";
import type { TelegramBot } from "./telegram/telegram-bot.ts";
import { assertNoSecrets } from "./vault/file-guard.ts";
import type { Redactor } from "./vault/redactor.ts";

export interface AgentParts {
  store: Store;
  bus: Bus;
  host: SandboxHost;
  users: SandboxUsers;
  places: SandboxPlaces;
  transfers: Transfers;
  running: RunningTurns;
  background: Background;
  clock: Clock;
  ids: Ids;
  log: Logger;
  lifetime: AbortSignal;
  networkOf: (groupId: string) => Promise<NetworkPolicy>;
  epoch: number;
  access: ModelAccess;
  obstacle: () => Obstacle | null;
  /** Why a group's turns may not begin now, or null. */
  refusal: (groupId: string) => Promise<Refusal | null>;
  timeZone: string | undefined;
  publish: (event: PraktorEvent) => void;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  /** Made after the agents; null where Telegram is off. */
  telegram: () => TelegramBot | null;
  /** A task's turn ended. */
  onTaskTurnEnded: () => void;
  /** A turn of a group began or ended, or its sandbox came or went. */
  onGroupChanged: (groupId: string) => void;
  redactor: Redactor;
  /** Rejects where the secrets of a group cannot be read. */
  checkSecrets: (groupId: string) => Promise<void>;
  audit: Audit;
  /** Says something in a group's chat. */
  tell: (groupId: string, text: string) => Promise<void>;
  passPoint: PassPoint;
}

export interface Agents {
  pool: SandboxPool;
  dispatcher: Dispatcher;
  assistant: Assistant;
  workspace: Workspace;
  sizes: WorkspaceSizes;
  midTurn: MidTurnWords;
  costLimit: CostLimit;
  renewals: SandboxRenewals;
  approvals: Approvals;
  toolApprovals: ToolApprovals;
  watch: SandboxWatch;
  look: SandboxLook;
  watchEveryMs: number;
  /** Begins to hear what sandboxes say; after everything is made that it may call. */
  listen: () => void;
  /** Finds what an earlier life left running, and only then claims turns. */
  takeOver: () => Promise<void>;
}

export function makeAgents(settings: Settings, parts: AgentParts): Agents {
  const { store, bus, host, users, places, transfers, running, background, clock, ids, log, access } = parts;
  const { obstacle, publish, render, passPoint } = parts;
  const request = bus.request.bind(bus);
  // For what an agent can cause as often as it likes.
  const strangersLog = boundedLogger(log, clock);
  const watchEveryMs = Math.min(10_000, settings.agent.unresponsive_timeout / 3);
  const askRunner = async (groupId: string, signal: AbortSignal): Promise<RunnerStatus | null> => {
    const subject = subjects.agentControl(groupId);
    const question = request(subject, { command: "status" }, AgentControlReply, watchEveryMs, signal);
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
    ...(settings.agent.model === undefined ? {} : { PRAKTOR_MODEL: settings.agent.model }),
    ...(parts.timeZone === undefined ? {} : { TZ: parts.timeZone }),
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
    shapeOf: (groupId) => sandboxShape(store.groups, groupId, environment),
    networkOf: parts.networkOf,
    beforeLaunch: parts.checkSecrets,
    onToken: (sandboxId, token) => parts.redactor.know(tokenSource(sandboxId), [token]),
    isBusy: (groupId) => running.of(groupId).length > 0,
    revoke: (sandboxId) => {
      parts.redactor.forget(tokenSource(sandboxId));
      const user = users.revoke(sandboxId);
      if (user !== null) bus.disconnectUser(user);
    },
    askRunner,
    onReady: (groupId, generation, runner) => background.run(() => dispatcher.reconcile(groupId, generation, runner)),
    onLost: (groupId, generation, detail) => background.run(() => dispatcher.sandboxLost(groupId, generation, detail)),
    onChange: (groupId, status, error) => {
      publish({ type: "sandbox", groupId, status, error });
      parts.onGroupChanged(groupId);
    },
    passPoint,
  });
  const renewals = new SandboxRenewals({
    pool,
    networkOf: parts.networkOf,
    isBusy: (groupId) => running.of(groupId).length > 0,
    onRenewed: () => dispatcher.wake(),
    background,
    logger: log,
  });
  const workspace = new Workspace({
    transfers,
    ensure: (group, signal) => pool.ensure(group, signal),
    findGroup: (groupId) => store.groups.get(groupId),
    request,
  });
  // A sandbox of a task's own keeps to the rules of its group, whose people hear of it.
  const ownerOf = async (groupId: string): Promise<string> => (await store.groups.get(groupId))?.parentId ?? groupId;
  const sizes = new WorkspaceSizes({
    limitBytes: settings.sandbox.workspace_max_bytes,
    request,
    running: () => pool.list().flatMap(({ groupId, status }) => (status === "running" ? [groupId] : [])),
    isWorking: (groupId) => running.of(groupId).length > 0,
    ownerOf,
    ensure: async (groupId) => {
      const group = await store.groups.get(groupId);
      if (group) await pool.ensure(group, parts.lifetime);
    },
    howToDelete: async (groupId) =>
      host.kind === "docker"
        ? `Delete what is not needed, with \`docker exec praktor-agent-${groupId} rm -r NAME\``
        : `Delete what is not needed in the folder ${(await store.groups.get(groupId))?.folder ?? groupId} of \`groups.base_path\``,
    tell: parts.tell,
    background,
    clock,
    logger: log,
  });
  const approvals = new Approvals({
    store: store.approvals,
    conversations: store.conversations,
    groups: store.groups,
    clock,
    audit: parts.audit,
    publish,
    render: (address, markdown, buttons) =>
      address.channel === "telegram"
        ? wordsParts(buttons.length === 0 ? markdown : { markdown, buttons: [buttons] })
        : [],
    onOutgoing: () => parts.telegram()?.wakeDelivery(),
  });
  const approvalTools = async (groupId: string): Promise<string[]> =>
    await store.approvals.tools(await ownerOf(groupId));
  const toolApprovals = new ToolApprovals({
    approvals,
    rules: approvalTools,
    running,
    logger: strangersLog,
    patienceMs: settings.agent.approval_timeout,
  });
  const endings = new TurnEndings({
    turns: store.turns,
    messages: store.messages,
    conversations: store.conversations,
    running,
    clock,
    logger: log,
    maxAttempts: settings.agent.max_attempts,
    render,
    publish,
    onEnded: (turn) => {
      parts.telegram()?.turnEnded(turn.id);
      background.run(() => approvals.turnEnded(turn.id));
      dispatcher.turnEnded(turn);
      renewals.turnEnded(turn.groupId);
      sizes.turnEnded(turn.groupId);
      if (turn.sender === "scheduler") parts.onTaskTurnEnded();
      parts.onGroupChanged(turn.groupId);
    },
    explainTask: async (turn, code, error) => {
      const known = code === "interrupted" ? null : await store.runs.ofTurn(turn.id);
      if (!known) return null;
      const why = whyTaskFailed(known.task, code, error);
      // An isolated run's failure is told in the chat when no try is left, and then with all that belongs to it.
      return known.task.contextMode === "group" ? failureNotice(known.task, known.run, why) : why;
    },
    onOutgoing: () => parts.telegram()?.wakeDelivery(),
  });
  const preCheck = new PreCheck({
    runs: store.runs,
    request,
    logger: log,
    redact: (text) => parts.redactor.redact(text),
  });
  const dispatcher = new Dispatcher({
    turns: store.turns,
    groups: store.groups,
    conversations: store.conversations,
    messages: store.messages,
    running,
    endings,
    clock,
    logger: log,
    epoch: parts.epoch,
    maxConversations: settings.agent.max_conversations,
    maxTurns: settings.agent.max_turns,
    turnTimeoutMs: settings.agent.turn_timeout,
    defaultModel: settings.agent.model,
    isHeld: (groupId) => renewals.isPending(groupId),
    obstacle,
    refusal: async ({ groupId }) => (await parts.refusal(groupId)) ?? (await sizes.refusal(groupId)),
    pool,
    request,
    isBusUp: () => bus.health().ok,
    publish,
    onStarted: (turn, conversation) => {
      parts.telegram()?.turnStarted(conversation.address, turn.id);
      parts.onGroupChanged(turn.groupId);
    },
    fetchFiles: async (messages, signal) => {
      const fetched = await parts.telegram()?.fetchFiles(messages, (...file) => workspace.write(...file), signal);
      return { files: [...filesInPlace(messages), ...(fetched?.files ?? [])], note: fetched?.note ?? null };
    },
    approvalTools,
    taskOf: async (turnId) => {
      const task = (await store.runs.ofTurn(turnId))?.task;
      if (!task) return null;
      // In a sandbox of its own it still works with its group's model.
      return { ...task, model: task.model ?? (await store.groups.get(task.groupId))?.model ?? null };
    },
    preCheck: (turn, signal) => preCheck.ask(turn, signal),
    passPoint,
  });
  // Turns are claimed once it is known what an earlier life left.
  dispatcher.pause();
  const facts = new TurnFacts({
    turns: store.turns,
    conversations: store.conversations,
    running,
    endings,
    logger: strangersLog,
    render,
    publish,
    answerPlace: async ({ id, startedAt }) => (await parts.telegram()?.answerPlace(id, startedAt ?? 0)) ?? null,
    passPoint,
  });
  const watch = new SandboxWatch({
    sandboxes: () => pool.list(),
    answers: async ({ groupId, generation }, signal) => {
      const runner = await askRunner(groupId, signal);
      // A word that was lost with a connection is made up for here.
      if (runner) background.run(() => dispatcher.reconcile(groupId, generation, runner));
      return runner !== null;
    },
    isBusUp: () => bus.health().ok,
    giveUp: (groupId, generation, detail) => pool.giveUp(groupId, generation, detail),
    clock,
    patienceMs: settings.agent.unresponsive_timeout,
  });

  const look = new SandboxLook({ host, pool, clock });
  const assistant = new Assistant({ store, running, dispatcher, pool, request, publish });
  const midTurn = new MidTurnWords({
    messages: store.messages,
    groups: store.groups,
    conversations: store.conversations,
    running,
    logger: strangersLog,
    stat: (groupId, path, signal) => workspace.stat(groupId, path, signal),
    checkFile: async (groupId, path, signal) => {
      const { entry, stream } = await workspace.read(groupId, path, signal);
      await assertNoSecrets(entry.name, stream, parts.redactor, signal);
    },
    render,
    publish,
    onOutgoing: () => parts.telegram()?.wakeDelivery(),
  });

  const output = new RedactedOutput(parts.redactor);
  const listen = (): void => {
    bus.subscribe(subjects.allAgentOutput, async ({ subject, data, reply }) => {
      const answer = await facts.handle(groupOf(subject), output.clean(data));
      if (answer) reply?.(answer);
    });
    bus.subscribe(subjects.allAgentReady, async ({ subject, data, reply }) => {
      const ready = AgentReady.safeParse(data);
      if (ready.success && pool.ready(groupOf(subject), ready.data.runner)) reply?.({ status: "ok" });
    });
  };

  const takeOver = async (): Promise<void> => {
    const groups = new Map((await store.groups.all()).map((group) => [group.id, group]));
    await pool.adopt(groups, parts.lifetime).catch((error: unknown) => {
      log.error({ error: errorMessage(error) }, "the sandbox engine could not be asked what runs");
    });
    const taken = await takeOverTurns({
      turns: store.turns,
      sandboxes: pool.list(),
      adopt: (turn) => dispatcher.adopt(turn),
      retry: (turn) => endings.retry(turn, "The gateway was started anew.", true),
      putBack: (turn) => endings.putBack(turn, null, null),
      passPoint,
    });
    log.info({ epoch: parts.epoch, ...taken }, "turns of an earlier start");
    // The settings may have changed since what still runs was started.
    for (const { groupId } of pool.list()) await renewals.look(groupId);
    dispatcher.resume();
  };

  const costLimit = new CostLimit({
    runs: store.runs,
    running,
    stop: (turn, detail) => dispatcher.stopSpending(turn, detail),
  });

  return {
    pool,
    dispatcher,
    assistant,
    workspace,
    sizes,
    midTurn,
    renewals,
    costLimit,
    approvals,
    toolApprovals,
    watch,
    look,
    watchEveryMs,
    listen,
    takeOver,
  };
}

/** Under which a sandbox's token is known as a secret. */
export function tokenSource(sandboxId: string): string {
  return `sandbox ${sandboxId}`;
}

/** `agent.{groupID}.output`: the group is the second token, and the sender's credential allows only its own. */
function groupOf(subject: string): string {
  return subject.split(".")[1] ?? "";
}
