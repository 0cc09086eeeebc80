/**
 * Browsers from which the password was given rightly once. Each has tries of its own, so that guesses from the address it shares with
 * others – a proxy's, or this machine's – do not keep the owner out (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
 * What such a browser shows opens nothing.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { WebStore } from "./ports.ts";

const settingKey = "web.devices";
const tokenPattern = /^(?<id>[\w-]{22})\.(?<mac>[\w-]{43})$/;

export class KnownDevices {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /** `keep`: those of the last start are still known; not after the password changed. */
  static async open(settings: WebStore["settings"], keep: boolean): Promise<KnownDevices> {
    const stored = keep ? await settings.get(settingKey) : null;
    if (stored !== null) return new KnownDevices(Buffer.from(stored, "base64"));
    const key = randomBytes(32);
    await settings.set(settingKey, key.toString("base64"));
    return new KnownDevices(key);
  }

  /** What a browser shows from now on. */
  make(): string {
    const id = randomBytes(16).toString("base64url");
    return `${id}.${this.#mac(id).toString("base64url")}`;
  }

  /** The browser's name; null for what was never made here. */
  idOf(token: string | undefined): string | null {
    const { id, mac } = tokenPattern.exec(token ?? "")?.groups ?? {};
    if (id === undefined || mac === undefined) return null;
    return timingSafeEqual(Buffer.from(mac, "base64url"), this.#mac(id)) ? id : null;
  }

  #mac(id: string): Buffer {
    return createHmac("sha256", this.#key).update(id).digest();
  }
}
