/** Keeps who did what in the store, behind the back of whoever reports it, and forgets it by age. */
import { AuditTally } from "./audit-tally.ts";
import type { Audit, AuditEntry } from "./kit/audit.ts";
import type { Background } from "./kit/background.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { AuditStore } from "./store/contract/audit-store.ts";

export interface AuditLogOptions {
  store: AuditStore;
  background: Background;
  clock: Clock;
  logger: Logger;
  keepDays: number;
  /** Takes known secrets out of what is kept: a task's name may hold one. */
  redact: (text: string) => string;
}

const dayMs = 24 * 3_600_000;
/** A flood of attempts must not fill memory while the disk is slow. */
const mostWaiting = 1_000;

export class AuditLog implements Audit, AsyncDisposable {
  readonly #options: AuditLogOptions;
  readonly #tally: AuditTally;
  #waiting: AuditEntry[] = [];
  #writing = false;
  #written = Promise.resolve();

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#tally = new AuditTally(options.clock);
  }

  record(entry: AuditEntry): void {
    for (const kept of this.#tally.admit(entry)) this.#keep(kept);
  }

  /** Keeps the counts of what was not listed one by one, of spans that are over. */
  sumUp(): void {
    for (const kept of this.#tally.ended()) this.#keep(kept);
  }

  async prune(): Promise<void> {
    const { store, clock, keepDays } = this.#options;
    await store.forget(clock.now() - keepDays * dayMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const kept of this.#tally.all()) this.#keep(kept);
    await this.#written;
  }

  #keep(entry: AuditEntry): void {
    const { background, logger } = this.#options;
    if (this.#waiting.length >= mostWaiting) {
      logger.error({ action: entry.action }, "the audit log cannot keep up: an entry is lost");
      return;
    }
    this.#waiting.push(entry);
    if (this.#writing) return;
    this.#writing = true;
    background.run(() => (this.#written = this.#write()));
  }

  /** What gathers while one transaction is written goes into the next one: a flood stands once in the store's queue, not a thousand times. */
  async #write(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      while (this.#waiting.length > 0) {
        const entries = this.#waiting.splice(0);
        try {
          await store.add(...entries.map((entry) => this.#redacted(entry)));
        } catch (error) {
          for (const entry of entries)
            logger.error({ ...entry, error: errorMessage(error) }, "what was done could not be kept in the audit log");
        }
      }
    } finally {
      this.#writing = false;
    }
  }

  #redacted(entry: AuditEntry): AuditEntry {
    const { redact } = this.#options;
    const { target, detail } = entry;
    return {
      ...entry,
      ...(target == null ? {} : { target: redact(target) }),
      ...(detail == null ? {} : { detail: redact(detail) }),
    };
  }
}
