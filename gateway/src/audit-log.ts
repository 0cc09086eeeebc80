/** Keeps who did what in the store, behind the back of whoever reports it, and forgets it by age. */
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
/** A flood of refused attempts must not fill memory while the disk is slow. */
const mostWaiting = 1_000;

export class AuditLog implements Audit {
  readonly #options: AuditLogOptions;
  #waiting = 0;

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  record(entry: AuditEntry): void {
    const { store, background, logger } = this.#options;
    if (this.#waiting >= mostWaiting) {
      logger.error({ action: entry.action }, "the audit log cannot keep up: an entry is lost");
      return;
    }
    this.#waiting += 1;
    background.run(async () => {
      try {
        await store.add(this.#redacted(entry));
      } catch (error) {
        logger.error({ ...entry, error: errorMessage(error) }, "what was done could not be kept in the audit log");
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  async prune(): Promise<void> {
    const { store, clock, keepDays } = this.#options;
    await store.forget(clock.now() - keepDays * dayMs);
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
