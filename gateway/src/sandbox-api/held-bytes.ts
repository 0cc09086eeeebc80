/** What calls that wait hold in memory: bounded for each group, and for all of them. */

export interface HeldLimits {
  groupBytes: number;
  allBytes: number;
}

export const usualHeldLimits: HeldLimits = { groupBytes: 64 * 1024 ** 2, allBytes: 256 * 1024 ** 2 };

export class HeldBytes {
  readonly #limits: HeldLimits;
  readonly #groups = new Map<string, number>();
  #all = 0;

  constructor(limits: HeldLimits = usualHeldLimits) {
    this.#limits = limits;
  }

  /** False: there is no room, and nothing is taken. */
  take(groupId: string, bytes: number): boolean {
    const own = (this.#groups.get(groupId) ?? 0) + bytes;
    if (own > this.#limits.groupBytes || this.#all + bytes > this.#limits.allBytes) return false;
    this.#groups.set(groupId, own);
    this.#all += bytes;
    return true;
  }

  release(groupId: string, bytes: number): void {
    const left = (this.#groups.get(groupId) ?? 0) - bytes;
    if (left > 0) this.#groups.set(groupId, left);
    else this.#groups.delete(groupId);
    this.#all -= bytes;
  }

  get all(): number {
    return this.#all;
  }
}
