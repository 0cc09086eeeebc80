/** How many turns of a group may run side by side, and which groups wait because every sandbox is taken. */
import type { RunningTurns } from "./running-turns.ts";

export interface GroupPlacesOptions {
  running: Pick<RunningTurns, "of">;
  maxConversations: number;
  /** Those that waited may be tried again. */
  onRoom: () => void;
}

/** A full house is looked at again when a turn ends; a sandbox may also have gone otherwise, so after this time too. */
const fullHouseMs = 5_000;

export class GroupPlaces {
  readonly #options: GroupPlacesOptions;
  /** Places of groups that a message which is being stored may take. */
  readonly #reserved = new Map<string, number>();
  /** Groups for which there was no room: not tried again before something may have changed. */
  readonly #withoutRoom = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GroupPlacesOptions) {
    this.#options = options;
  }

  isFree(groupId: string): boolean {
    const { running, maxConversations } = this.#options;
    const taken = running.of(groupId).length + (this.#reserved.get(groupId) ?? 0);
    return !this.#withoutRoom.has(groupId) && taken < maxConversations;
  }

  /** `release` must be called. */
  reserve(groupId: string): void {
    this.#reserved.set(groupId, (this.#reserved.get(groupId) ?? 0) + 1);
  }

  release(groupId: string): void {
    const others = (this.#reserved.get(groupId) ?? 1) - 1;
    if (others > 0) this.#reserved.set(groupId, others);
    else this.#reserved.delete(groupId);
  }

  /** No sandbox can be had for the group now. */
  noRoom(groupId: string): void {
    this.#withoutRoom.add(groupId);
    this.stopWaiting();
    this.#timer = setTimeout(() => {
      this.roomAgain();
      this.#options.onRoom();
    }, fullHouseMs);
  }

  roomAgain(): void {
    this.#withoutRoom.clear();
  }

  /** Nobody is told of room by itself any more. */
  stopWaiting(): void {
    clearTimeout(this.#timer);
  }
}
