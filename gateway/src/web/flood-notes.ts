/** One line a minute in the audit log about refused guesses: whoever floods the door fills no table with it. */
import type { Audit } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";

const everyMs = 60_000;

export class FloodNotes {
  readonly #audit: Audit;
  readonly #clock: Clock;
  #lastAt = -Infinity;

  constructor(audit: Audit, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
  }

  refused(address: string): void {
    if (this.#clock.now() - this.#lastAt < everyMs) return;
    this.#lastAt = this.#clock.now();
    const actor = { type: "page", id: "stranger" } as const;
    this.#audit.record({ actor, action: "sign_in.flood", outcome: "refused", detail: `from ${address}` });
  }
}
