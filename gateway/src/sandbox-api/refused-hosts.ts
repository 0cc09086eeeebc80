/** What each group's agent asked the forward proxy for and did not get, for the person who keeps the list. In memory only. */

export interface Refusal {
  /** As it would be written on the list. */
  host: string;
  reason: string;
  at: number;
}

const keptPerGroup = 20;
const keptGroups = 200;

export class RefusedHosts {
  readonly #byGroup = new Map<string, Map<string, Refusal>>();

  /** The same host again only moves to the front. */
  add(groupId: string, refusal: Refusal): void {
    const refusals = this.#byGroup.get(groupId) ?? new Map<string, Refusal>();
    refusals.delete(refusal.host);
    refusals.set(refusal.host, refusal);
    dropOldest(refusals, keptPerGroup);
    this.#byGroup.delete(groupId);
    this.#byGroup.set(groupId, refusals);
    dropOldest(this.#byGroup, keptGroups);
  }

  /** Newest first. */
  of(groupId: string): Refusal[] {
    return [...(this.#byGroup.get(groupId)?.values() ?? [])].toReversed();
  }
}

function dropOldest(entries: Map<string, unknown>, limit: number): void {
  const [oldest] = entries.keys();
  if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
}
