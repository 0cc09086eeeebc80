/** Who is signed in on the page: two random tokens each, of which only hashes are kept, over restarts too. */
import { z } from "zod";
import type { Clock } from "../kit/clock.ts";
import { Serial } from "../kit/serial.ts";
import { hashOf, newToken } from "./hashed-token.ts";
import type { WebStore } from "./ports.ts";

const settingKey = "web.sessions";
const lifeMs = 30 * 24 * 60 * 60 * 1000;
/** More browsers than one owner has; the oldest is signed out. */
const maxSessions = 50;

const Stored = z.array(z.object({ hash: z.string(), pageHash: z.string(), expiresAt: z.number() }));

interface Session {
  /** Of the token that only the page's own origin knows; the other one is in the cookie. */
  pageHash: string;
  expiresAt: number;
}

export interface NewSession {
  token: string;
  pageToken: string;
  maxAgeSeconds: number;
}

export class Sessions {
  readonly #settings: WebStore["settings"];
  readonly #clock: Clock;
  /** By the cookie token's hash, oldest sign-in first. */
  #sessions = new Map<string, Session>();
  readonly #saves = new Serial();

  constructor(settings: WebStore["settings"], clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Takes up what was stored, or forgets it. */
  async load(keep: boolean): Promise<void> {
    if (!keep) return this.#save();
    const text = await this.#settings.get(settingKey);
    const parsed = Stored.safeParse(text === null ? [] : tryJson(text));
    for (const { hash, ...session } of parsed.data ?? []) this.#sessions.set(hash, session);
  }

  /** New tokens, once: they are not kept. */
  async create(): Promise<NewSession> {
    const [token, pageToken] = [newToken(), newToken()];
    this.#sessions.set(hashOf(token), { pageHash: hashOf(pageToken), expiresAt: this.#clock.now() + lifeMs });
    for (const [hash, { expiresAt }] of this.#sessions) {
      if (expiresAt <= this.#clock.now() || this.#sessions.size > maxSessions) this.#sessions.delete(hash);
    }
    await this.#save();
    return { token, pageToken, maxAgeSeconds: lifeMs / 1000 };
  }

  /** The session's name for as long as it lasts, or null. */
  find(token: string): string | null {
    const hash = hashOf(token);
    return this.isOpen(hash) ? hash : null;
  }

  isOpen(session: string): boolean {
    return (this.#sessions.get(session)?.expiresAt ?? 0) > this.#clock.now();
  }

  /** Was this page token made with that session's cookie? */
  isPageOf(session: string, pageToken: string): boolean {
    return this.#sessions.get(session)?.pageHash === hashOf(pageToken);
  }

  async end(session: string): Promise<void> {
    if (this.#sessions.delete(session)) await this.#save();
  }

  /** Each with what holds when its turn comes: an older list never overwrites a newer one. */
  #save(): Promise<void> {
    return this.#saves.run(() =>
      this.#settings.set(
        settingKey,
        JSON.stringify([...this.#sessions].map(([hash, session]) => ({ hash, ...session }))),
      ),
    );
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}
