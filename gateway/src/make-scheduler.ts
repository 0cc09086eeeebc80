/** Scheduled tasks with what they need of the other rooms. */
import type { Address } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { StatusView } from "@praktor/protocol/rest";
import type { Assistant } from "./agent/assistant.ts";
import { messageView } from "./agent/message-view.ts";
import type { RunningTurns } from "./agent/running-turns.ts";
import type { Settings } from "./config/schema.ts";
import type { Background } from "./kit/background.ts";
import type { Clock } from "./kit/clock.ts";
import type { Ids } from "./kit/ids.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage, isAbort } from "./kit/praktor-error.ts";
import { registerGroup } from "./register-group.ts";
import { IpcDesk } from "./scheduler/ipc-desk.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { taskChat } from "./scheduler/task-chat.ts";
import { TaskDesk } from "./scheduler/task-desk.ts";
import type { SwarmCommands } from "./swarm-commands.ts";
import type { Store } from "./store/contract.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import type { Message } from "./store/rows.ts";

export interface SchedulerParts {
  swarms: SwarmCommands;
  store: Store;
  assistant: Assistant;
  running: RunningTurns;
  background: Background;
  clock: Clock;
  ids: Ids;
  log: Logger;
  timeZone: string | undefined;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  redact: (text: string) => string;
  wakeDelivery: () => void;
  status: () => Promise<StatusView>;
  /** Removes what a sandbox that is gone for good leaves in the engine, and what is known of it. */
  forgetSandbox: (group: { id: string; folder: string }) => Promise<void>;
}

export interface ScheduledTasks {
  scheduler: Scheduler;
  tasks: TaskDesk;
  ipc: IpcDesk;
  /** Of deleted tasks, once their last turns are over: what their deletion could not take away. For once a day. */
  forgetSandboxes: () => Promise<void>;
}

export function makeScheduler(settings: Settings, parts: SchedulerParts): ScheduledTasks {
  const { store, assistant, running, clock, ids, log, render, publish, wakeDelivery } = parts;
  const said = (message: Message): void => {
    publish({ type: "message", groupId: message.groupId, message: messageView(message) });
    wakeDelivery();
  };
  const scheduler = new Scheduler({
    store,
    clock,
    ids,
    logger: log,
    pollIntervalMs: settings.scheduler.poll_interval,
    render,
    publish,
    redact: parts.redact,
    onQueued: (started) => assistant.received(started),
    onSaid: said,
  });
  const tasks = new TaskDesk({
    store,
    clock,
    ids,
    timezone: parts.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    scheduler,
    stopTurn: (turnId) => assistant.stopTurn(turnId),
    removeSandbox: async (taskId) => {
      await assistant.stopAgent(hiddenGroup(taskId));
      // The engine takes its time, for what other tasks left too.
      parts.background.run(forgetSandboxes);
    },
    publish,
  });
  const ipc = new IpcDesk({
    clock,
    tasks,
    groups: store.groups,
    logger: log,
    mayManageTasks: (groupId) => mayManageTasks(groupId, store, running),
    approvalTools: (groupId) => store.approvals.tools(groupId),
    registerGroup: (group) => registerGroup(group, settings.groups.main_chat_id, assistant, store),
    say: async (groupId, text, key) => {
      const chat = await taskChat(store.conversations, groupId);
      const notice = { conversationId: chat.id, content: text, parts: render(chat.address, text) };
      if (key === undefined) return said(await store.messages.notice(notice));
      const { message, repeated } = await store.messages.noticeOnce(notice, key);
      if (!repeated) said(message);
    },
    swarms: parts.swarms,
    status: async () => statusText(await parts.status()),
  });
  const forgetSandboxes = async (): Promise<void> => {
    for (const { id, kind, folder } of await store.groups.all()) {
      if (kind !== "task" || (await store.tasks.get(taskOf(id))) || (await store.turns.open(id)).length > 0) continue;
      try {
        await parts.forgetSandbox({ id, folder });
        await store.groups.removeHidden(id);
      } catch (error) {
        if (isAbort(error)) throw error;
        // The daily look tries again.
        log.warn({ group: id, error: errorMessage(error) }, "what a task's sandbox leaves could not be removed");
      }
    }
  };
  return { scheduler, tasks, ipc, forgetSandboxes };
}

const hiddenGroup = (taskId: string): string => `task-${taskId}`;
const taskOf = (groupId: string): string => groupId.slice("task-".length);

/** A sandbox does not say which of its turns asks, so what counts is whether any of them may. */
async function mayManageTasks(groupId: string, store: Store, running: RunningTurns): Promise<boolean> {
  const turns = running.of(groupId).map(({ turn }) => turn);
  const group = await store.groups.get(groupId);
  // In a sandbox of its own nobody else asks, and between its runs nobody has anything to.
  if (group?.kind === "task" && turns.length === 0) return false;
  if (turns.length === 0 || turns.some((turn) => turn.sender !== "scheduler")) return true;
  const tasks = await Promise.all(turns.map((turn) => store.runs.ofTurn(turn.id)));
  return tasks.some((known) => known?.task.mayManageTasks === true);
}

function statusText(status: StatusView): string {
  return [
    `Praktor ${status.version}: ${status.status}`,
    `${status.active_agents} running sandboxes, ${status.groups_count} groups, ${status.pending_tasks} pending tasks`,
    ...status.health.map((part) => `${part.name}: ${part.ok ? "works" : "does not work"}. ${part.detail}`),
  ].join("\n");
}
