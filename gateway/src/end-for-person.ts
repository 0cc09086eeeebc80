/** Ends what a person who may not talk any more has begun. Nothing is deleted: tasks are paused, swarms can be run again. */
import type { Assistant } from "./agent/assistant.ts";
import type { Audit } from "./kit/audit.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { TaskDesk } from "./scheduler/task-desk.ts";
import type { Store } from "./store/contract.ts";
import type { Group } from "./store/rows.ts";
import type { Swarms } from "./swarm/swarms.ts";
import type { Channels } from "./telegram/channels.ts";

export interface EndForPersonOptions {
  channels: Pick<Channels, "list">;
  mayTalk: (userId: string) => boolean;
  store: {
    conversations: Pick<Store["conversations"], "byAddress" | "get">;
    groups: Pick<Store["groups"], "list" | "all">;
    messages: Pick<Store["messages"], "people" | "byTurn">;
    swarms: Pick<Store["swarms"], "running">;
    turns: Pick<Store["turns"], "open">;
  };
  tasks: Pick<TaskDesk, "list" | "pause">;
  swarms: Pick<Swarms, "cancel">;
  assistant: Pick<Assistant, "stopTurn" | "stopAgent">;
  audit: Audit;
  logger: Logger;
}

/** What was ended, and where it goes on, for whoever is to be told. */
export interface EndedForPerson {
  groupIds: string[];
  tasks: number;
  swarms: number;
  /** How often something could not be ended; the log says why. */
  failed: number;
  /** Names of groups in which others write, too: their tasks and swarms are those others' as well. */
  shared: string[];
}

const swarmReason = "The person whose it was may not talk to the bot any more. It can be run again on its page.";
const actor = { type: "system", id: "people" } as const;

/** Groups that are this person's alone end whole; of shared ones only what nobody else has asked for. `name`: of the person, for words. */
export async function endForPerson(
  options: EndForPersonOptions,
  userId: string,
  name: string,
): Promise<EndedForPerson> {
  const { own, shared } = await groupsOf(options, userId);
  const reason = `${name} may not talk to the bot any more.`;
  const ended: EndedForPerson = {
    groupIds: own,
    tasks: 0,
    swarms: 0,
    failed: 0,
    shared: shared.map((group) => group.name),
  };
  // All of them before anything that takes time: none of these may begin meanwhile.
  for (const groupId of own) await pauseTasks(options, groupId, reason, ended);
  for (const { id, groupId, name: swarm } of await options.store.swarms.running()) {
    if (!own.includes(groupId)) continue;
    await trying(options, groupId, ended, async () => {
      await options.swarms.cancel(id, swarmReason);
      ended.swarms += 1;
      options.audit.record({ actor, action: "swarm.cancel", outcome: "ok", groupId, target: id, detail: swarm });
    });
  }
  for (const groupId of own) {
    await trying(options, groupId, ended, () => endWork(options, groupId));
    // What ran there could make some until it ended.
    await pauseTasks(options, groupId, reason, ended);
  }
  for (const { id } of shared) await trying(options, id, ended, () => endTurnsOf(options, id, `user:${userId}`));
  return ended;
}

/** One that cannot be ended must not keep the others. */
async function trying(
  { logger }: EndForPersonOptions,
  group: string,
  ended: EndedForPerson,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    ended.failed += 1;
    const reason = errorMessage(error);
    logger.error({ group, error: reason }, "what runs for a person who was removed could not be ended");
  }
}

async function groupsOf(
  { channels, store, mayTalk }: EndForPersonOptions,
  userId: string,
): Promise<{ own: string[]; shared: Group[] }> {
  const theirs = channels.list().filter(({ addedBy }) => addedBy === userId);
  const own = new Set<string>();
  for (const chatId of [userId, ...theirs.map(({ id }) => id)]) {
    const conversation = await store.conversations.byAddress({ channel: "telegram", chatId });
    if (conversation) own.add(conversation.groupId);
  }
  const shared: Group[] = [];
  for (const group of await store.groups.list()) {
    if (own.has(group.id)) continue;
    const people = (await store.messages.people(group.id)).map((sender) => sender.slice("user:".length));
    if (!people.includes(userId)) continue;
    if (people.some((id) => id !== userId && (id === "web" || mayTalk(id)))) shared.push(group);
    else own.add(group.id);
  }
  return { own: [...own], shared };
}

async function pauseTasks(
  options: EndForPersonOptions,
  groupId: string,
  reason: string,
  ended: EndedForPerson,
): Promise<void> {
  const { tasks, audit } = options;
  const pause = async (id: string): Promise<void> => {
    if (!(await tasks.pause(id, reason))) return;
    ended.tasks += 1;
    audit.record({ actor, action: "task.pause", outcome: "ok", groupId, target: id, detail: reason });
  };
  await trying(options, groupId, ended, async () => {
    for (const { id } of await tasks.list(groupId)) await trying(options, groupId, ended, () => pause(id));
  });
}

/** In the group and in its tasks' own sandboxes. */
async function endWork({ assistant, store }: EndForPersonOptions, groupId: string): Promise<void> {
  const hidden = (await store.groups.all()).filter(({ kind, parentId }) => kind === "task" && parentId === groupId);
  for (const id of [groupId, ...hidden.map((group) => group.id)]) {
    // The waiting ones first: stopping the running one would start the next.
    for (const turn of (await store.turns.open(id)).toReversed()) {
      const conversation = await store.conversations.get(turn.conversationId);
      if (conversation?.address.channel !== "web") await assistant.stopTurn(turn.id);
    }
    await assistant.stopAgent(id);
  }
}

/** A turn into which somebody else's words were gathered goes on. */
async function endTurnsOf({ assistant, store }: EndForPersonOptions, groupId: string, sender: string): Promise<void> {
  for (const turn of (await store.turns.open(groupId)).toReversed()) {
    const asked = (await store.messages.byTurn(turn.id)).filter(({ role }) => role === "user");
    if (asked.length > 0 && asked.every((message) => message.sender === sender)) await assistant.stopTurn(turn.id);
  }
}
