/** Telegram's channel with what it needs of the other rooms. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Assistant } from "./agent/assistant.ts";
import type { RunningTurns } from "./agent/running-turns.ts";
import type { Workspace } from "./agent/workspace.ts";
import type { Settings } from "./config/schema.ts";
import type { Clock } from "./kit/clock.ts";
import type { PassPoint } from "./kit/crash-points.ts";
import type { Logger } from "./kit/logger.ts";
import { registerGroup } from "./register-group.ts";
import type { TaskDesk } from "./scheduler/task-desk.ts";
import type { Store } from "./store/contract.ts";
import type { OutboxPart } from "./store/rows.ts";
import { taskList } from "./telegram/task-list.ts";
import { TelegramBot } from "./telegram/telegram-bot.ts";

export interface TelegramParts {
  store: Store;
  assistant: Assistant;
  running: RunningTurns;
  workspace: Workspace;
  log: Logger;
  clock: Clock;
  publish: (event: PraktorEvent) => void;
  tasks: TaskDesk;
  passPoint: PassPoint;
}

/** Null without a token: the bot is off. */
export function makeTelegram(settings: Settings, parts: TelegramParts): TelegramBot | null {
  const { token, api_root: apiRoot, allow_from: allowFrom, group_replies: groupReplies } = settings.telegram;
  const { store, assistant, running, workspace, log, clock, publish, tasks, passPoint } = parts;
  if (token === undefined) return null;
  return new TelegramBot({
    token,
    ...(apiRoot === undefined ? {} : { apiRoot }),
    allowFrom: new Set(allowFrom),
    groupReplies,
    logger: log,
    clock,
    store,
    passPoint,
    ports: {
      onReceived: (received) => assistant.received(received),
      onDelivery: (part) => publishDelivery(part, publish),
      registerGroup: (group) => registerGroup(group, settings.groups.main_chat_id, assistant, store),
      stop: async (conversationId) => {
        const conversation = await store.conversations.get(conversationId);
        const stopped = conversation ? await assistant.stopConversation(conversation.groupId, conversationId) : 0;
        return stopped === 0 ? null : stopped === 1 ? "Stopping what I was doing." : `Stopping ${stopped} things.`;
      },
      newSession: async (conversationId) => {
        const conversation = await store.conversations.get(conversationId);
        if (conversation) await assistant.newSession(conversation);
      },
      openFile: async (groupId, path, signal) => {
        const { entry, stream } = await workspace.read(groupId, path, signal);
        return { sizeBytes: entry.sizeBytes, stream };
      },
      activity: (turnId) => ({
        tool: running.get(turnId)?.tools.findLast((candidate) => !candidate.done)?.name ?? null,
      }),
      tasks: async (conversationId) => {
        const conversation = await store.conversations.get(conversationId);
        return taskList(conversation ? await tasks.list(conversation.groupId) : []);
      },
      status: (conversationId) => conversationStatus(conversationId, store, running, clock),
    },
  });
}

function publishDelivery(part: OutboxPart, publish: (event: PraktorEvent) => void): void {
  const { groupId, messageId, address, error } = part;
  if (messageId === null || groupId === null) return;
  const state = part.state === "sending" ? "pending" : part.state;
  publish({ type: "delivery", groupId, messageId, address, state, error });
}

async function conversationStatus(
  conversationId: string,
  store: Store,
  running: RunningTurns,
  clock: Clock,
): Promise<string> {
  const conversation = await store.conversations.get(conversationId);
  if (!conversation) return "Nothing was said here yet.";
  const open = (await store.turns.open(conversation.groupId)).filter((turn) => turn.conversationId === conversationId);
  const current = open.find((turn) => turn.state === "running");
  if (!current) return open.length === 0 ? "I am idle; write to me." : "Your message waits for its turn.";
  const seconds = Math.round((clock.now() - (current.startedAt ?? current.queuedAt)) / 1000);
  const tool = running.get(current.id)?.tools.findLast((candidate) => !candidate.done);
  const waiting = open.length - 1;
  return [
    `Working for ${seconds} s${tool ? `, now with \`${tool.name}\`` : ""}.`,
    ...(waiting > 0 ? [`${waiting} more waiting.`] : []),
  ].join(" ");
}
