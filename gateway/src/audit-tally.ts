/** Lets the first entries of a kind through and counts the rest of ten minutes, so that nobody fills the audit log: not by being refused, and no agent by doing what it may. */
import type { AuditEntry } from "./kit/audit.ts";
import type { Clock } from "./kit/clock.ts";

const spanMs = 10 * 60_000;
/** Of each kind within a span, one by one. */
const listed = 100;
/** Kinds at a time; actors may be as many as addresses. */
const mostKinds = 1_000;

interface Span {
  endsAt: number;
  seen: number;
  /** Stands for the others in the line that counts them. */
  last: AuditEntry;
}

/** A kind is one actor's action with one outcome. What people did is always kept, each for itself. */
export class AuditTally {
  readonly #clock: Clock;
  readonly #spans = new Map<string, Span>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is to be kept now: the entry, nothing where it is only counted, and before it the count of a span that it ends. */
  admit(entry: AuditEntry): AuditEntry[] {
    const { actor, action, outcome, groupId } = entry;
    const isAutomatic = actor.type === "agent" || actor.type === "system";
    if (outcome === "ok" && !isAutomatic) return [entry];
    // Praktor itself acts for all groups: what one of them causes must not hide the others.
    const of = actor.type === "system" ? (groupId ?? null) : null;
    const kind = JSON.stringify([actor.type, actor.id, action, outcome, of]);
    const before = this.#spans.get(kind);
    if (before !== undefined && this.#clock.now() < before.endsAt) {
      before.seen += 1;
      before.last = entry;
      return before.seen <= listed ? [entry] : [];
    }
    const ended = before === undefined && this.#spans.size >= mostKinds ? this.all() : before ? countOf(before) : [];
    this.#spans.set(kind, { endsAt: this.#clock.now() + spanMs, seen: 1, last: entry });
    return [...ended, entry];
  }

  /** The counts of spans that are over. */
  ended(): AuditEntry[] {
    const now = this.#clock.now();
    return this.#take(({ endsAt }) => endsAt <= now);
  }

  /** The counts of all spans; begins anew. */
  all(): AuditEntry[] {
    return this.#take(() => true);
  }

  #take(isWanted: (span: Span) => boolean): AuditEntry[] {
    const taken = [...this.#spans].filter(([, span]) => isWanted(span));
    for (const [kind] of taken) this.#spans.delete(kind);
    return taken.flatMap(([, span]) => countOf(span));
  }
}

function countOf({ seen, last }: Span): AuditEntry[] {
  const more = seen - listed;
  if (more <= 0) return [];
  const { actor, action, outcome, groupId = null } = last;
  const detail = `${more} more of these within ${spanMs / 60_000} minutes are not listed one by one.`;
  return [{ actor, action, outcome, groupId, target: null, detail }];
}
