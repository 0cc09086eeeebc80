/** The secrets that a group's own sandbox may hold: only they are taken out of what it can read again, because what changes tells that it was right. */
import type { Redactor } from "./redactor.ts";

export interface HeldSecretsOptions {
  /** Knows all there are. */
  redactor: Redactor;
  /** As which the redactor knows what the group's sandbox is given. */
  sourcesOf: (groupId: string) => Promise<readonly string[]>;
}

/** The longest unused are made anew. */
const mostKept = 256;

export class HeldSecrets {
  readonly #options: HeldSecretsOptions;
  readonly #kept = new Map<string, { key: string; redactor: Redactor }>();

  constructor(options: HeldSecretsOptions) {
    this.#options = options;
  }

  /** Knows no other group's secrets, nor Praktor's own. Ask anew for each use: what a group is given changes. */
  async of(groupId: string): Promise<Redactor> {
    const { redactor } = this.#options;
    const sources = await this.#options.sourcesOf(groupId);
    const key = JSON.stringify([redactor.version, sources]);
    const kept = this.#kept.get(groupId);
    const held = kept?.key === key ? kept.redactor : redactor.only(sources);
    this.#kept.delete(groupId);
    this.#kept.set(groupId, { key, redactor: held });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    return held;
  }
}
