/** What the store promises about the audit log. */
import type { ActorType, AuditEntry } from "../../kit/audit.ts";

export interface AuditStore {
  /** All in one transaction. */
  add(...entries: AuditEntry[]): Promise<void>;
  /** Newest first. `action` is a whole one or what stands before its dot; `before` an id. */
  page(query: {
    limit: number;
    before?: number;
    action?: string;
    actorType?: ActorType;
    groupId?: string;
    outcome?: AuditEntry["outcome"];
  }): Promise<(Required<AuditEntry> & { id: number; at: number })[]>;
  /** Rows older than a moment. Returns how many there were. */
  forget(before: number): Promise<number>;
}
