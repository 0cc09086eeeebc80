// What one connection may publish, subscribe to and answer, decided as the reference server does.

import { hasWildcard, isSubset, overlaps } from "./subject.ts";
import { SubjectTrie } from "./subject-trie.ts";

export interface SubjectList {
  /** Absent allows everything that is not denied. For publishing, a list that is present and empty allows nothing. */
  allow?: readonly string[];
  deny?: readonly string[];
}

export interface PermissionSet {
  publish?: SubjectList;
  /** An entry may be `subject queue`, which covers queue subscriptions only. */
  subscribe?: SubjectList;
  /** Lets the client answer each delivered message's reply subject. */
  responses?: {
    /** 0 means 1, below 0 means unlimited. */
    maxMessages: number;
    /** 0 means two minutes, below 0 means for ever. */
    expiresMs: number;
  };
}

interface TrackedReply {
  atMs: number;
  used: number;
}

const DEFAULT_RESPONSES = 1;
const DEFAULT_RESPONSE_MS = 120_000;
const TRACKED_REPLIES_LIMIT = 4096;
const PUBLISH_CACHE_LIMIT = 128;

/** The compiled permissions of one connection; it remembers the replies that the connection may send. */
export class Permissions {
  readonly #publishAllow: SubjectTrie<string> | undefined;
  readonly #publishDeny: SubjectTrie<string> | undefined;
  readonly #subscribeAllow: SubjectTrie<string> | undefined;
  readonly #subscribeDeny: SubjectTrie<string> | undefined;
  readonly #subscribeAllowSubjects: readonly string[];
  readonly #subscribeDenySubjects: readonly string[];
  readonly #maxResponses: number;
  readonly #responseMs: number;
  readonly #publishCache = new Map<string, boolean>();
  readonly #replies: Map<string, TrackedReply> | undefined;
  readonly #now: () => number;
  #filtersDelivery: boolean;

  /** `earlier` is what the connection was permitted until now: what it has subscribed to goes on to be filtered. */
  constructor(set: PermissionSet, now: () => number, earlier?: Permissions) {
    this.#now = now;
    this.#filtersDelivery = earlier !== undefined && earlier.#filtersDelivery;
    const { publish, subscribe, responses } = set;
    const publishAllow = publish?.allow ?? (responses === undefined ? undefined : []);
    this.#publishAllow = publishAllow && compile(publishAllow);
    this.#publishDeny = compileUnlessEmpty(publish?.deny);
    this.#subscribeAllow = compileUnlessEmpty(subscribe?.allow);
    this.#subscribeDeny = compileUnlessEmpty(subscribe?.deny);
    this.#subscribeAllowSubjects = (subscribe?.allow ?? []).map((entry) => splitEntry(entry).subject);
    this.#subscribeDenySubjects = (subscribe?.deny ?? []).map((entry) => splitEntry(entry).subject);
    this.#maxResponses = responses?.maxMessages || DEFAULT_RESPONSES;
    this.#responseMs = responses?.expiresMs || DEFAULT_RESPONSE_MS;
    this.#replies = responses && new Map();
  }

  canPublish(subject: string): boolean {
    if (this.#publishAllow === undefined && this.#publishDeny === undefined) return true;
    const cached = this.#publishCache.get(subject);
    if (cached !== undefined) return cached;
    let allowed = this.#publishAllow === undefined || this.#publishAllow.match(subject).plain.length > 0;
    if (allowed && this.#publishDeny) allowed = this.#publishDeny.match(subject).plain.length === 0;
    if (!allowed && this.#replies) return this.#useReply(subject, this.#replies);
    if (this.#publishCache.size >= PUBLISH_CACHE_LIMIT) this.#publishCache.clear();
    this.#publishCache.set(subject, allowed);
    return allowed;
  }

  /** Allowing a wildcard that covers denied subjects switches the filter of `deniesDelivery` on. */
  canSubscribe(subject: string, queue: string | undefined): boolean {
    if (!this.#allowsSubscription(subject, queue)) return false;
    if (this.#subscribeDeny === undefined) return true;
    const denied = this.#subscribeDeny.match(subject);
    let allowed = denied.plain.length === 0;
    if (allowed && queue !== undefined && denied.queues.length > 0) allowed = !matchesQueue(queue, denied.queues);
    if (allowed && hasWildcard(subject) && this.#subscribeDenySubjects.some((entry) => overlaps(entry, subject))) {
      this.#filtersDelivery = true;
    }
    return allowed;
  }

  deniesDelivery(subject: string): boolean {
    return (
      this.#filtersDelivery && this.#subscribeDeny !== undefined && this.#subscribeDeny.match(subject).plain.length > 0
    );
  }

  /** Notes that a message with this reply subject was delivered to the connection. */
  noteDelivery(reply: string): void {
    const replies = this.#replies;
    if (replies === undefined) return;
    replies.delete(reply);
    replies.set(reply, { atMs: this.#now(), used: 0 });
    if (replies.size <= TRACKED_REPLIES_LIMIT) return;
    // A client that never answers must not make the server remember for ever: the oldest goes.
    for (const oldest of replies.keys()) {
      replies.delete(oldest);
      break;
    }
  }

  #allowsSubscription(subject: string, queue: string | undefined): boolean {
    if (this.#subscribeAllow === undefined) return true;
    const found = this.#subscribeAllow.match(subject);
    if (queue !== undefined && found.queues.length > 0) return matchesQueue(queue, found.queues);
    if (found.plain.length === 0) return false;
    // `foo.>` must not pass as one of `foo.*`, although a literal match takes `>` for any token.
    return !hasWildcard(subject) || this.#subscribeAllowSubjects.some((allowed) => isSubset(subject, allowed));
  }

  #useReply(subject: string, replies: Map<string, TrackedReply>): boolean {
    const reply = replies.get(subject);
    if (reply === undefined) return false;
    reply.used++;
    const tooMany = this.#maxResponses > 0 && reply.used > this.#maxResponses;
    const tooLate = this.#responseMs > 0 && this.#now() - reply.atMs > this.#responseMs;
    if (tooMany || tooLate) replies.delete(subject);
    return !tooMany && !tooLate;
  }
}

function compileUnlessEmpty(entries: readonly string[] | undefined): SubjectTrie<string> | undefined {
  return entries === undefined || entries.length === 0 ? undefined : compile(entries);
}

function compile(entries: readonly string[]): SubjectTrie<string> {
  const trie = new SubjectTrie<string>();
  for (const entry of entries) {
    const { subject, queue } = splitEntry(entry);
    trie.insert(subject, queue, queue ?? subject);
  }
  return trie;
}

function splitEntry(entry: string): { subject: string; queue: string | undefined } {
  // Subjects on the wire are handled as one character a byte.
  const [subject = "", queue] = Buffer.from(entry, "utf8").toString("latin1").trim().split(/\s+/);
  return { subject, queue };
}

function matchesQueue(queue: string, groups: readonly (readonly string[])[]): boolean {
  return groups.some(
    ([name]) => name !== undefined && (name === queue || (hasWildcard(name) && isSubset(queue, name))),
  );
}
