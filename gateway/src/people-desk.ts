/** Who may talk, as the page sees and changes it; with a person who is removed ends what their chats have begun. */
import type { PairingOffer, PeopleView } from "@praktor/protocol/pairing";
import type { Assistant } from "./agent/assistant.ts";
import type { Audit } from "./kit/audit.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { TaskDesk } from "./scheduler/task-desk.ts";
import type { Store } from "./store/contract.ts";
import type { Channels } from "./telegram/channels.ts";
import type { Pairing } from "./telegram/pairing.ts";

export interface PeopleDeskOptions {
  pairing: Pairing;
  channels: Channels;
  /** Who may talk by the settings, whoever is removed here. */
  allowFrom: readonly string[];
  store: { conversations: Pick<Store["conversations"], "byAddress" | "get">; turns: Pick<Store["turns"], "open"> };
  tasks: Pick<TaskDesk, "list" | "update">;
  assistant: Pick<Assistant, "stopTurn" | "stopAgent">;
  audit: Audit;
  logger: Logger;
}

const actor = { type: "system", id: "people" } as const;

export class PeopleDesk {
  readonly #options: PeopleDeskOptions;

  constructor(options: PeopleDeskOptions) {
    this.#options = options;
  }

  view(): PeopleView {
    const { pairing, channels } = this.#options;
    return {
      ...pairing.view(),
      channels: channels.list().map(({ id, title, addedBy, addedAt }) => ({
        id,
        title,
        added_by: addedBy,
        added: addedAt === null ? null : new Date(addedAt).toISOString(),
        is_answered: addedBy !== null && this.#mayTalk(addedBy),
      })),
    };
  }

  async offer(): Promise<PairingOffer> {
    return await this.#options.pairing.offer();
  }

  async letIn(userId: string): Promise<boolean> {
    return await this.#options.pairing.letIn(userId);
  }

  /**
   * Besides, in their private chat and in the channels to which they have added the bot: tasks are paused, what runs is stopped, and the
   * sandbox ends. Files and history stay. Chats that others are in go on.
   */
  async remove(userId: string): Promise<boolean> {
    const { pairing } = this.#options;
    if (!(await pairing.remove(userId))) return false;
    if (this.#mayTalk(userId)) return true;
    const groups = await this.#groupsOf(userId);
    for (const groupId of groups) await this.#pauseTasks(groupId);
    for (const groupId of groups) {
      await this.#end(groupId).catch((error: unknown) =>
        this.#options.logger.error(
          { group: groupId, error: errorMessage(error) },
          "what runs for a person who was removed could not be ended",
        ),
      );
      // What ran there could make some until it ended.
      await this.#pauseTasks(groupId);
    }
    return true;
  }

  #mayTalk(userId: string): boolean {
    return this.#options.allowFrom.includes(userId) || this.#options.pairing.has(userId);
  }

  async #groupsOf(userId: string): Promise<string[]> {
    const { channels, store } = this.#options;
    const theirs = channels.list().filter(({ addedBy }) => addedBy === userId);
    const chats = [userId, ...theirs.map(({ id }) => id)];
    const found = await Promise.all(
      chats.map((chatId) => store.conversations.byAddress({ channel: "telegram", chatId })),
    );
    return [...new Set(found.flatMap((conversation) => (conversation ? [conversation.groupId] : [])))];
  }

  async #pauseTasks(groupId: string): Promise<void> {
    const { tasks, audit } = this.#options;
    for (const task of await tasks.list(groupId)) {
      if (task.status !== "active") continue;
      await tasks.update(task.id, { enabled: false });
      const detail = "the person of this chat was removed";
      audit.record({ actor, action: "task.pause", outcome: "ok", groupId, target: task.id, detail });
    }
  }

  async #end(groupId: string): Promise<void> {
    const { assistant, store } = this.#options;
    // The waiting ones first: stopping the running one would start the next.
    for (const turn of (await store.turns.open(groupId)).toReversed()) {
      const conversation = await store.conversations.get(turn.conversationId);
      if (conversation?.address.channel !== "web") await assistant.stopTurn(turn.id);
    }
    await assistant.stopAgent(groupId);
  }
}
