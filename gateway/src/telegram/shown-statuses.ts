/** Remembers on disk which status messages stand in chats, so that those of a life that was killed are taken away by the next. */
import { z } from "zod";
import { Serial } from "../kit/serial.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";

export type ShownStatus = z.infer<typeof ShownStatus>;
const ShownStatus = z.object({ chatId: z.string(), messageId: z.int() });

const settingKey = "telegram.shown_statuses";

export class ShownStatuses {
  readonly #settings: Pick<SettingStore, "get" | "set">;
  readonly #shown = new Map<string, ShownStatus>();
  readonly #writes = new Serial();

  constructor(settings: Pick<SettingStore, "get" | "set">) {
    this.#settings = settings;
  }

  /** What an earlier life left, remembered until it is removed: this life may be killed as well. An unreadable note is as good as none. */
  async leftovers(): Promise<ShownStatus[]> {
    const note = await this.#settings.get(settingKey);
    if (note === null) return [];
    try {
      const left = z.array(ShownStatus).parse(JSON.parse(note));
      for (const status of left) this.#shown.set(keyOf(status), status);
      return left;
    } catch {
      return [];
    }
  }

  async add(status: ShownStatus): Promise<void> {
    this.#shown.set(keyOf(status), status);
    await this.#write();
  }

  async remove(status: ShownStatus): Promise<void> {
    this.#shown.delete(keyOf(status));
    await this.#write();
  }

  /** In order: an older list must not overwrite a newer one. */
  async #write(): Promise<void> {
    await this.#writes.run(() => this.#settings.set(settingKey, JSON.stringify([...this.#shown.values()])));
  }
}

function keyOf({ chatId, messageId }: ShownStatus): string {
  return `${chatId}/${messageId}`;
}
