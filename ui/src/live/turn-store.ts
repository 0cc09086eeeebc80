/** The live turns of this page, outside React: takes events as fast as they come, tells components at the pace of a screen. */
import type { TurnView } from "@praktor/protocol/rest";
import { isLive, type LiveTurn } from "./live-turn.ts";
import { adoptView, reduceTurn, type TurnEvent } from "./reduce-turn.ts";

type Turns = ReadonlyMap<string, LiveTurn>;

/** Ended turns stay so that their steps can be read beside the answer; the oldest are forgotten beyond this many. */
const ENDED_KEPT = 100;
/** About fifteen renders a second: reads as continuous, and leaves time for everything else. */
const RENDER_EVERY_MS = 66;

export class TurnStore {
  readonly #listeners = new Set<() => void>();
  #turns = new Map<string, LiveTurn>();
  #shown: Turns = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What components draw; the same object until they are told. */
  readonly shown = (): Turns => this.#shown;

  apply(event: TurnEvent, at: string): void {
    const before = this.#turns.get(event.turnId);
    const after = reduceTurn(before, event, at);
    if (after === before) return;
    this.#turns.set(after.id, after);
    if (!isLive(after)) this.#forgetOldest();
    this.#announce();
  }

  adopt(views: readonly TurnView[]): void {
    for (const view of views) this.#turns.set(view.id, adoptView(this.#turns.get(view.id), view));
    if (views.length > 0) this.#announce();
  }

  /** Frames were missed: what is said to run may have ended. The next snapshot tells. */
  dropLive(): void {
    for (const turn of this.#turns.values()) if (isLive(turn)) this.#turns.delete(turn.id);
    this.#announce();
  }

  #forgetOldest(): void {
    const ended = [...this.#turns.values()].filter((turn) => !isLive(turn));
    for (const turn of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) this.#turns.delete(turn.id);
  }

  #announce(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#shown = new Map(this.#turns);
      for (const listener of this.#listeners) listener();
    }, RENDER_EVERY_MS);
  }
}
