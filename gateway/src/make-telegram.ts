/** Telegram's channel with what it needs of the other rooms. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Approvals } from "./agent/approvals.ts";
import type { Assistant } from "./agent/assistant.ts";
import type { RunningTurns } from "./agent/running-turns.ts";
import type { Workspace } from "./agent/workspace.ts";
import { ChatCommands } from "./chat-commands.ts";
import type { Settings } from "./config/schema.ts";
import type { Audit } from "./kit/audit.ts";
import type { Clock } from "./kit/clock.ts";
import type { PassPoint } from "./kit/crash-points.ts";
import type { Logger } from "./kit/logger.ts";
import { registerGroup } from "./register-group.ts";
import type { TaskDesk } from "./scheduler/task-desk.ts";
import { replyContext } from "./scheduler/task-words.ts";
import type { Store } from "./store/contract.ts";
import type { OutboxPart } from "./store/rows.ts";
import { renderAnswer } from "./telegram/format/render-answer.ts";
import type { Channels } from "./telegram/channels.ts";
import type { Pairing } from "./telegram/pairing.ts";
import { readTaskTap, taskButtons } from "./telegram/task-buttons.ts";
import { taskList } from "./telegram/task-list.ts";
import { TelegramBot } from "./telegram/telegram-bot.ts";
import type { SwarmCommands } from "./swarm-commands.ts";
import { cleanStream } from "./vault/file-guard.ts";
import { isOurField } from "./vault/our-fields.ts";
import type { Redactor } from "./vault/redactor.ts";
import type { Spending } from "./usage/spending.ts";
import { Transcriber } from "./telegram/transcriber.ts";
import type { WebhookSettings } from "./telegram/webhook-intake.ts";

export interface TelegramParts {
  store: Store;
  assistant: Assistant;
  running: RunningTurns;
  spending: Spending;
  workspace: Workspace;
  log: Logger;
  clock: Clock;
  publish: (event: PraktorEvent) => void;
  pairing: Pairing;
  channels: Channels;
  tasks: TaskDesk;
  redactor: Redactor;
  /** As which the redactor knows the group's own secrets. */
  sourcesOf: (groupId: string) => Promise<string[]>;
  audit: Audit;
  approvals: Approvals;
  swarms: SwarmCommands;
  passPoint: PassPoint;
}

/** Null without a token: the bot is off. */
export function makeTelegram(settings: Settings, parts: TelegramParts): TelegramBot | null {
  const { token, api_root: apiRoot, allow_from: allowFrom } = settings.telegram;
  const { store, assistant, running, spending, workspace, log, clock, publish, pairing, tasks, approvals, passPoint } =
    parts;
  if (token === undefined) return null;
  const commands = new ChatCommands({
    store,
    assistant,
    running,
    spending,
    clock,
    logger: log,
    publish,
    defaultModel: settings.agent.model,
    mainChatId: settings.groups.main_chat_id,
    owners: () => [...(pairing.owner === null ? [] : [pairing.owner]), ...allowFrom],
    render: (markdown) => renderAnswer(markdown).map((body) => ({ body })),
    onOutgoing: () => bot.wakeDelivery(),
  });
  const bot = new TelegramBot({
    token,
    redact: (text) => parts.redactor.redact(text),
    ...(apiRoot === undefined ? {} : { apiRoot }),
    allowFrom: new Set(allowFrom),
    pairing,
    channels: parts.channels,
    transcriber: makeTranscriber(settings.speech, (text) => parts.redactor.redact(text)),
    webhook: webhookSettings(settings.telegram),
    groupReplies: settings.telegram.group_replies,
    groupContext: settings.telegram.group_context,
    audit: parts.audit,
    logger: log,
    clock,
    store,
    passPoint,
    ports: {
      onReceived: (received) => assistant.received(received),
      onDelivery: (part) => publishDelivery(part, publish),
      reserve: (groupId) => assistant.reserve(groupId),
      registerGroup: async (group) => {
        const isKnown = (await store.groups.get(group.id)) !== null;
        const made = await registerGroup(group, settings.groups.main_chat_id, assistant, store);
        if (!isKnown) {
          const actor = { type: "person", id: `telegram chat ${group.id}` } as const;
          parts.audit.record({ actor, action: "group.register", outcome: "ok", groupId: made.id, target: made.id });
        }
        return made;
      },
      newSession: async (conversationId) => {
        const conversation = await store.conversations.get(conversationId);
        if (conversation) await assistant.newSession(conversation);
      },
      openFile: async (groupId, path, signal) => {
        const { entry, stream } = await workspace.read(groupId, path, signal);
        const own = new Set(await parts.sourcesOf(groupId));
        const clean = cleanStream(entry.name, stream, parts.redactor, (source) => own.has(source));
        return { sizeBytes: entry.sizeBytes, stream: clean };
      },
      repliedTo: async (address, messageId) => {
        const told = await store.runs.toldIn(address, String(messageId));
        return told ? replyContext(told) : null;
      },
      activity: (turnId) => {
        const { tools: steps = [], text = "" } = running.get(turnId) ?? {};
        return { tool: steps.findLast((step) => !step.done)?.name ?? null, steps, text };
      },
      tasks: async (conversationId) => {
        const conversation = await store.conversations.get(conversationId);
        // Names are cut for buttons, and half of a secret is not known any more.
        const listed = conversation
          ? parts.redactor.redactDeep(await tasks.list(conversation.groupId), isOurField)
          : [];
        return { markdown: taskList(listed), buttons: taskButtons(listed) };
      },
      tap: async (conversationId, data, person) => {
        const tap = readTaskTap(data);
        const conversation = await store.conversations.get(conversationId);
        if (conversation && tap === null) {
          return await approvals.tap(conversation.groupId, data, { type: "telegram", ...person });
        }
        const task = tap && conversation && (await store.tasks.get(tap.taskId));
        // A button of another group's list is worth nothing here.
        if (!task || task.groupId !== conversation.groupId) return null;
        const actor = { type: "person", id: `telegram:${person.id}` } as const;
        const { groupId, id: target } = task;
        const kept = { actor, action: `task.${tap.action}`, outcome: "ok", groupId, target } as const;
        if (tap.action === "run") {
          await tasks.run(task.id);
          parts.audit.record(kept);
          return `“${task.name}” runs now.`;
        }
        await tasks.update(task.id, { enabled: tap.action === "resume" });
        parts.audit.record(kept);
        return tap.action === "resume" ? `“${task.name}” goes on.` : `“${task.name}” is paused.`;
      },
      stop: (conversationId) => commands.stop(conversationId),
      status: (conversationId) => commands.status(conversationId),
      swarm: (conversationId, argument) => parts.swarms.command(conversationId, argument),
      usage: (conversationId) => commands.usage(conversationId),
      model: (conversationId, wanted) => commands.model(conversationId, wanted),
      groups: () => commands.groups(),
      agents: () => commands.agents(),
      isMain: (conversationId) => commands.isMain(conversationId),
      mainChat: () => commands.mainChat(),
      makeMain: (groupId) => commands.makeMain(groupId),
      tellOwner: (markdown) => commands.tellOwner(markdown),
    },
  });
  return bot;
}

function webhookSettings(telegram: Settings["telegram"]): WebhookSettings | undefined {
  const { webhook_url: url, webhook_secret: secret, webhook_host: host, webhook_port: port } = telegram;
  return url === undefined || secret === undefined ? undefined : { url, secret, host, port };
}

function makeTranscriber(speech: Settings["speech"], redact: (text: string) => string): Transcriber | undefined {
  const { base_url: baseUrl, api_key: apiKey, model, language } = speech;
  return baseUrl === undefined ? undefined : new Transcriber({ baseUrl, apiKey, model, language, redact });
}

function publishDelivery(part: OutboxPart, publish: (event: PraktorEvent) => void): void {
  const { groupId, messageId, address, error } = part;
  if (messageId === null || groupId === null) return;
  const state = part.state === "sending" ? "pending" : part.state;
  publish({ type: "delivery", groupId, messageId, address, state, error });
}
