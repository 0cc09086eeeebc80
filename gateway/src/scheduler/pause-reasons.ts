/** Why Praktor itself has paused a task; a person who pauses one needs no reason. */
import { z } from "zod";
import { Serial } from "../kit/serial.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";

const Reasons = z.record(z.string(), z.string());
const settingKey = "tasks.pause_reasons";

export class PauseReasons {
  readonly #settings: Pick<SettingStore, "get" | "set">;
  /** Each writes the whole list. */
  readonly #writes = new Serial();

  constructor(settings: Pick<SettingStore, "get" | "set">) {
    this.#settings = settings;
  }

  /** By the task's id. */
  async all(): Promise<ReadonlyMap<string, string>> {
    const stored = await this.#settings.get(settingKey);
    return new Map(stored === null ? [] : Object.entries(Reasons.parse(JSON.parse(stored))));
  }

  /** `null` takes it away. */
  async set(taskId: string, reason: string | null): Promise<void> {
    await this.#writes.run(async () => {
      const reasons = new Map(await this.all());
      if ((reasons.get(taskId) ?? null) === reason) return;
      if (reason === null) reasons.delete(taskId);
      else reasons.set(taskId, reason);
      await this.#settings.set(settingKey, JSON.stringify(Object.fromEntries(reasons)));
    });
  }
}
