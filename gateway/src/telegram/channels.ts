/** Channels in which the bot may answer: those to which somebody who is allowed has added it, as long as they are. Who may post there is the channel's matter. */
import { z } from "zod";
import { noAudit, type Audit } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";

const Channel = z.object({
  id: z.string(),
  title: z.string(),
  /** Whose right the channel's is; null where that was not kept. */
  addedBy: z.string().nullable(),
  addedAt: z.int().nullable(),
});
export type Channel = z.infer<typeof Channel>;

/** Older rows are only ids. */
const Stored = z.array(
  z.union([Channel, z.string().transform((id): Channel => ({ id, title: id, addedBy: null, addedAt: null }))]),
);

const settingKey = "telegram.channels";
const mostChannels = 500;

export class Channels {
  readonly #settings: Pick<SettingStore, "get" | "set">;
  readonly #clock: Clock;
  readonly #audit: Audit;
  readonly #channels: Map<string, Channel>;

  private constructor(
    settings: Pick<SettingStore, "get" | "set">,
    clock: Clock,
    audit: Audit,
    channels: readonly Channel[],
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#audit = audit;
    this.#channels = new Map(channels.map((channel) => [channel.id, channel]));
  }

  static async load(
    settings: Pick<SettingStore, "get" | "set">,
    clock: Clock,
    audit: Audit = noAudit,
  ): Promise<Channels> {
    const stored = await settings.get(settingKey);
    return new Channels(settings, clock, audit, stored === null ? [] : Stored.parse(JSON.parse(stored)));
  }

  /** The newest last. */
  list(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** The user for whose sake the channel may be answered; null where the bot was added by nobody who counts. */
  addedBy(chatId: number): string | null {
    return this.#channels.get(String(chatId))?.addedBy ?? null;
  }

  /** Somebody who is allowed has added the bot, or changed its rights: from now on the channel's right is theirs. */
  async add(chatId: number, title: string, userId: string): Promise<void> {
    const id = String(chatId);
    this.#channels.delete(id);
    this.#channels.set(id, { id, title, addedBy: userId, addedAt: this.#clock.now() });
    await this.#write();
    this.#keep("channel.add", id, title, userId);
  }

  /** `userId`: who has removed the bot, where Telegram says it. */
  async remove(chatId: number, userId: string | null): Promise<void> {
    const known = this.#channels.get(String(chatId));
    if (!known) return;
    this.#channels.delete(known.id);
    await this.#write();
    this.#keep("channel.remove", known.id, known.title, userId);
  }

  #keep(action: string, target: string, detail: string, userId: string | null): void {
    const actor = { type: "person", id: userId === null ? `telegram chat ${target}` : `telegram:${userId}` } as const;
    this.#audit.record({ actor, action, outcome: "ok", target, detail });
  }

  async #write(): Promise<void> {
    await this.#settings.set(settingKey, JSON.stringify(this.list().slice(-mostChannels)));
  }
}
