/** Who may talk, as the page and the settings change it; with a person who is removed ends what they have begun. */
import type { PairingOffer, PeopleView } from "@praktor/protocol/pairing";
import { z } from "zod";
import { endForPerson, type EndForPersonOptions } from "./end-for-person.ts";
import { escapeMarkdown } from "./kit/escape-markdown.ts";
import type { Store } from "./store/contract.ts";
import type { Channels } from "./telegram/channels.ts";
import type { Pairing } from "./telegram/pairing.ts";

export interface PeopleDeskOptions extends Omit<EndForPersonOptions, "mayTalk" | "store"> {
  pairing: Pairing;
  channels: Channels;
  /** Who may talk by the settings, whoever is removed here. */
  allowFrom: readonly string[];
  store: EndForPersonOptions["store"] & { settings: Pick<Store["settings"], "get" | "set"> };
  /** Says it in the main group's chat, where there is one. */
  tellMain: (markdown: string, unless: (groupId: string) => boolean) => Promise<void>;
}

const Allowed = z.array(z.string());
/** Who was named by the settings when Praktor last started. */
const settingKey = "telegram.allowed_before";

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

  /** Besides, what they have begun ends, unless the settings name them too. False: nobody of that id was let in. */
  async remove(userId: string): Promise<boolean> {
    const { pairing } = this.#options;
    const name = pairing.view().people.find(({ id }) => id === userId)?.name ?? userId;
    if (!(await pairing.remove(userId))) return false;
    if (!this.#mayTalk(userId)) await this.#end(userId, name);
    return true;
  }

  /** For a start: whoever the settings named before, and nothing names any more, is removed. The main group is told. */
  async settingsRead(): Promise<void> {
    const { store, allowFrom, logger, tellMain } = this.#options;
    const stored = await store.settings.get(settingKey);
    const before = stored === null ? [] : Allowed.parse(JSON.parse(stored));
    const left: string[] = [];
    for (const userId of before.filter((id) => !this.#mayTalk(id))) {
      const ended = await this.#end(userId, `The person of the Telegram id ${userId}`);
      logger.warn({ userId, ...ended }, "somebody was taken out of telegram.allow_from, and what they began with them");
      if (ended.failed > 0) left.push(userId);
      const shared = ended.shared.map((name) => `**${escapeMarkdown(name)}**`).join(", ");
      await tellMain(
        `👤 The id ${userId} was taken out of \`telegram.allow_from\`. Of what was theirs alone ${ended.tasks} tasks are paused and ${ended.swarms} swarms stopped; the page resumes them.${ended.failed === 0 ? "" : ` Not all of it could be ended: the log says why, and the next start tries again.`}${shared === "" ? "" : ` Others write in ${shared}, too: the tasks there go on.`}`,
        (groupId) => ended.groupIds.includes(groupId),
      );
    }
    // Last: what a crash has cut, or could not be ended, is done by the next start.
    const now = JSON.stringify([...allowFrom, ...left]);
    if (stored !== now) await store.settings.set(settingKey, now);
  }

  async #end(userId: string, name: string): ReturnType<typeof endForPerson> {
    return await endForPerson({ ...this.#options, mayTalk: (id) => this.#mayTalk(id) }, userId, name);
  }

  #mayTalk(userId: string): boolean {
    return this.#options.allowFrom.includes(userId) || this.#options.pairing.has(userId);
  }
}
