/** Channels in which the bot may answer: those to which somebody who is allowed has added it. Who may post there is the channel's matter. */
import { z } from "zod";
import type { SettingStore } from "../store/contract/setting-store.ts";

const settingKey = "telegram.channels";
const mostChannels = 500;
const Stored = z.array(z.string());

export class Channels {
  readonly #settings: Pick<SettingStore, "get" | "set">;
  readonly #ids: Set<string>;

  private constructor(settings: Pick<SettingStore, "get" | "set">, ids: Set<string>) {
    this.#settings = settings;
    this.#ids = ids;
  }

  static async load(settings: Pick<SettingStore, "get" | "set">): Promise<Channels> {
    const stored = await settings.get(settingKey);
    return new Channels(settings, new Set(stored === null ? [] : Stored.parse(JSON.parse(stored))));
  }

  has(chatId: number): boolean {
    return this.#ids.has(String(chatId));
  }

  async add(chatId: number): Promise<void> {
    this.#ids.add(String(chatId));
    await this.#write();
  }

  async remove(chatId: number): Promise<void> {
    if (this.#ids.delete(String(chatId))) await this.#write();
  }

  async #write(): Promise<void> {
    await this.#settings.set(settingKey, JSON.stringify([...this.#ids].slice(-mostChannels)));
  }
}
