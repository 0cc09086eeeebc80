/**
 * Browsers from which the password was given rightly once. Each has tries of its own, so that guesses from the address it shares with
 * others – a proxy's, or this machine's – do not keep the owner out (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
 * What such a browser shows opens nothing; only hashes of it are kept, over restarts too.
 */
import { z } from "zod";
import { Serial } from "../kit/serial.ts";
import { hashOf, newToken } from "./hashed-token.ts";
import type { WebStore } from "./ports.ts";

const settingKey = "web.devices";
/** More browsers than one owner has; the one that signed in first is forgotten. */
const maxDevices = 50;

const Stored = z.array(z.string());

export class KnownDevices {
  readonly #settings: WebStore["settings"];
  readonly #ids: Set<string>;
  readonly #saves = new Serial();

  private constructor(settings: WebStore["settings"], ids: readonly string[]) {
    this.#settings = settings;
    this.#ids = new Set(ids);
  }

  /** `keep`: those of the last start are still known; not after the password changed. */
  static async open(settings: WebStore["settings"], keep: boolean): Promise<KnownDevices> {
    const devices = new KnownDevices(settings, keep ? readStored(await settings.get(settingKey)) : []);
    if (!keep) await devices.#save();
    return devices;
  }

  /** What a browser shows from now on. */
  async make(): Promise<string> {
    const token = newToken();
    this.#ids.add(hashOf(token));
    for (const id of this.#ids) {
      if (this.#ids.size <= maxDevices) break;
      this.#ids.delete(id);
    }
    await this.#save();
    return token;
  }

  /** The browser's name; null for what was never made here. */
  idOf(token: string | undefined): string | null {
    const id = token === undefined ? null : hashOf(token);
    return id !== null && this.#ids.has(id) ? id : null;
  }

  /** Each with what holds when its turn comes. */
  #save(): Promise<void> {
    return this.#saves.run(() => this.#settings.set(settingKey, JSON.stringify([...this.#ids])));
  }
}

/** A setting that nobody can read is as good as none: browsers are known again once they sign in. */
function readStored(text: string | null): readonly string[] {
  try {
    return Stored.parse(JSON.parse(text ?? "[]"));
  } catch {
    return [];
  }
}
