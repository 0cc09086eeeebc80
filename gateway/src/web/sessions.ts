/** Who is signed in on the page: random tokens, of which only hashes are kept, over restarts too. */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../kit/clock.ts";
import type { WebStore } from "./ports.ts";

const settingKey = "web.sessions";
const lifeMs = 30 * 24 * 60 * 60 * 1000;
/** More browsers than one owner has; the oldest is signed out. */
const maxSessions = 50;

const Stored = z.array(z.object({ hash: z.string(), expiresAt: z.number() }));

export class Sessions {
  readonly #settings: WebStore["settings"];
  readonly #clock: Clock;
  /** Expiry by the token's hash, oldest sign-in first. */
  #expiry = new Map<string, number>();
  #saving: Promise<void> = Promise.resolve();

  constructor(settings: WebStore["settings"], clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Takes up what was stored, or forgets it. */
  async load(keep: boolean): Promise<void> {
    if (!keep) return this.#save();
    const text = await this.#settings.get(settingKey);
    const parsed = Stored.safeParse(text === null ? [] : tryJson(text));
    for (const { hash, expiresAt } of parsed.data ?? []) this.#expiry.set(hash, expiresAt);
  }

  /** A new token, once: it is not kept. */
  async create(): Promise<{ token: string; maxAgeSeconds: number }> {
    const token = randomBytes(32).toString("base64url");
    this.#expiry.set(hashOf(token), this.#clock.now() + lifeMs);
    for (const [hash, expiresAt] of this.#expiry) {
      if (expiresAt <= this.#clock.now() || this.#expiry.size > maxSessions) this.#expiry.delete(hash);
    }
    await this.#save();
    return { token, maxAgeSeconds: lifeMs / 1000 };
  }

  /** The session's name for as long as it lasts, or null. */
  find(token: string): string | null {
    const hash = hashOf(token);
    return this.isOpen(hash) ? hash : null;
  }

  isOpen(session: string): boolean {
    return (this.#expiry.get(session) ?? 0) > this.#clock.now();
  }

  async end(session: string): Promise<void> {
    if (this.#expiry.delete(session)) await this.#save();
  }

  /** One at a time, each with what holds when its turn comes: an older list never overwrites a newer one. */
  #save(): Promise<void> {
    const write = (): Promise<void> =>
      this.#settings.set(
        settingKey,
        JSON.stringify([...this.#expiry].map(([hash, expiresAt]) => ({ hash, expiresAt }))),
      );
    this.#saving = this.#saving.then(write, write);
    return this.#saving;
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}
