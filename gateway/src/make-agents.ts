/** The rooms that do the work, each handed what it needs: turns from their claim to their end, and what sandboxes say meanwhile. */
import type { Address } from "@praktor/protocol/address";
import { adoptionRule } from "./agent/adoption.ts";
import { filesInPlace } from "./agent/attached-files.ts";
import type { Approvals } from "./agent/approvals.ts";
import { Assistant } from "./agent/assistant.ts";
import { CostLimit } from "./agent/cost-limit.ts";
import { Dispatcher, type Refusal } from "./agent/dispatcher.ts";
import type { HostApprovals } from "./agent/host-approvals.ts";
import { MidTurnWords } from "./agent/mid-turn-words.ts";
import { PreCheck } from "./agent/pre-check.ts";
import { takeOverTurns } from "./agent/take-over.ts";
import type { Transfers } from "./agent/transfers.ts";
import type { ToolApprovals } from "./agent/tool-approvals.ts";
import { TurnEndings } from "./agent/turn-endings.ts";
import { RedactedOutput } from "./agent/redacted-output.ts";
import { TurnFacts } from "./agent/turn-facts.ts";
import { Workspace } from "./agent/workspace.ts";
import { WorkspaceSizes } from "./agent/workspace-sizes.ts";
import type { Settings } from "./config/schema.ts";
import type { Audit } from "./kit/audit.ts";
import { boundedLogger } from "./kit/bounded-logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { Obstacle } from "./model-access.ts";
import { failureNotice } from "./scheduler/task-words.ts";
import { whyTaskFailed } from "./scheduler/why-task-failed.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import type { Turn } from "./store/rows.ts";
import type { TelegramBot } from "./telegram/telegram-bot.ts";
import { assertNoSecrets } from "./vault/file-guard.ts";
import type { HeldSecrets } from "./vault/held-secrets.ts";
import { makeApprovals } from "./make-approvals.ts";
import { makeSandboxes, type Sandboxes, type SandboxParts } from "./make-sandboxes.ts";

export interface AgentParts extends Omit<SandboxParts, "dispatcher"> {
  transfers: Transfers;
  epoch: number;
  /** See `AdoptionParts`. */
  isVaultLocked: () => Promise<boolean>;
  obstacle: () => Obstacle | null;
  /** Why a group's turns may not begin now, or null. */
  refusal: (turn: Turn) => Promise<Refusal | null>;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  /** Made after the agents; null where Telegram is off. */
  telegram: () => TelegramBot | null;
  /** A task's turn ended. */
  onTaskTurnEnded: () => void;
  held: HeldSecrets;
  audit: Audit;
  /** Says something in a group's chat. */
  tell: (groupId: string, text: string) => Promise<void>;
}

export interface Agents extends Sandboxes {
  dispatcher: Dispatcher;
  assistant: Assistant;
  workspace: Workspace;
  sizes: WorkspaceSizes;
  midTurn: MidTurnWords;
  costLimit: CostLimit;
  approvals: Approvals;
  toolApprovals: ToolApprovals;
  hostApprovals: HostApprovals;
  /** What runners say of their turns. */
  facts: TurnFacts;
  /** Finds what an earlier life left running, and only then claims turns. */
  takeOver: () => Promise<void>;
}

export function makeAgents(settings: Settings, parts: AgentParts): Agents {
  const { store, bus, host, transfers, running, background, clock, log, audit, publish, render, passPoint } = parts;
  const request = bus.request.bind(bus);
  const wakeDelivery = (): void => parts.telegram()?.wakeDelivery();
  // For what an agent can cause as often as it likes.
  const redact = (text: string): string => parts.redactor.redact(text);
  const strangersLog = boundedLogger(log, clock, redact);
  const sandboxes = makeSandboxes(settings, { ...parts, dispatcher: () => dispatcher });
  const { pool, reconciler, renewals, changesOf } = sandboxes;
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
    count: async (groupId, signal) => {
      const group = await store.groups.get(groupId);
      const use = group && (await host.filesUse(group.folder, signal));
      // Names are cut in sentences, and half of a secret is not known any more.
      return use && (await parts.held.of(groupId)).redactDeep(use);
    },
    running: () => pool.list().flatMap(({ groupId, status }) => (status === "running" ? [groupId] : [])),
    isWorking: (groupId) => running.of(groupId).length > 0,
    ownerOf,
    howToDelete: async (groupId) =>
      host.kind === "docker"
        ? `Delete what is not needed, with \`docker exec praktor-agent-${groupId} rm -r NAME\``
        : `Delete what is not needed in the folder ${(await store.groups.get(groupId))?.folder ?? groupId} of \`groups.base_path\``,
    tell: parts.tell,
    kept: store.settings,
    onMeasured: (groupId) => publish({ type: "group", groupId, change: "updated" }),
    background,
    clock,
    logger: log,
  });
  const { approvals, approvalTools, toolApprovals, hostApprovals } = makeApprovals(settings, {
    store,
    running,
    clock,
    audit,
    strangersLog,
    publish,
    wakeDelivery,
    ownerOf,
    redactor: parts.redactor,
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
    redact,
    onEnded: (turn) => {
      parts.telegram()?.turnEnded(turn.id);
      hostApprovals.turnEnded(turn.id);
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
      return known.task.contextMode === "group" ? failureNotice(known.task, known.run, why, redact) : why;
    },
    onOutgoing: wakeDelivery,
  });
  const preCheck = new PreCheck({
    runs: store.runs,
    request,
    logger: log,
    redactorOf: (groupId) => parts.held.of(groupId),
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
    obstacle: parts.obstacle,
    refusal: async (turn) => (await parts.refusal(turn)) ?? (await sizes.refusal(turn.groupId)),
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
  const redactedOutput = new RedactedOutput(parts.redactor, parts.held);
  const facts = new TurnFacts({
    clean: (groupId, output) => redactedOutput.clean(groupId, output),
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
      // The agent reads the answer: other secrets stop the file only on its way to people.
      await assertNoSecrets(entry.name, stream, await parts.held.of(groupId), signal);
    },
    render,
    publish,
    onOutgoing: wakeDelivery,
  });

  const takeOver = async (): Promise<void> => {
    const groups = new Map((await store.groups.all()).map((group) => [group.id, group]));
    const { isVaultLocked, checkSecrets } = parts;
    const refusalOf = adoptionRule({ turns: store.turns, isVaultLocked, checkSecrets });
    await reconciler.adopt(groups, parts.lifetime, refusalOf).catch((error: unknown) => {
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
    // Secrets and settings may have changed since what still runs was started.
    const adopted = new Set(pool.list().map(({ sandboxId }) => sandboxId));
    for (const { id, groupId, isOutdated } of await store.sandboxes.live()) {
      if (isOutdated && adopted.has(id)) renewals.outdated(groupId, "secrets");
    }
    for (const sandbox of pool.list()) {
      const { groupId } = sandbox;
      await renewals.look(groupId);
      const changed = await changesOf(sandbox);
      if (changed.length === 0) continue;
      log.info({ group: groupId, changed }, "a sandbox of before is not what is asked for now, and is replaced");
      renewals.outdated(groupId, "settings");
    }
    dispatcher.resume();
  };

  const costLimit = new CostLimit({
    runs: store.runs,
    running,
    stop: (turn, detail) => dispatcher.stopSpending(turn, detail),
  });

  return {
    ...sandboxes,
    dispatcher,
    assistant,
    workspace,
    sizes,
    midTurn,
    costLimit,
    approvals,
    toolApprovals,
    hostApprovals,
    facts,
    takeOver,
  };
}
