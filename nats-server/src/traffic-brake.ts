// Stops reading from a client that has used up its allowance: it waits, it is not disconnected.

import type { ReadGate } from "./read-gate.ts";
import type { TrafficAllowance } from "./traffic-allowance.ts";

export class TrafficBrake {
  readonly #gate: ReadGate;
  #allowance: TrafficAllowance | undefined;
  #release: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(gate: ReadGate) {
    this.#gate = gate;
  }

  set allowance(allowance: TrafficAllowance | undefined) {
    this.#allowance = allowance;
  }

  noteOperation(): void {
    this.#allowance?.takeOperation();
  }

  notePayload(bytes: number): void {
    this.#allowance?.takePayload(bytes);
  }

  /** To be called when what was read is handled; true when reading stops here. */
  settle(): boolean {
    const delayMs = this.#allowance?.delayMs ?? 0;
    if (delayMs === 0 || this.#release) return false;
    this.#release = this.#gate.hold();
    this.#wait(delayMs);
    return true;
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#release?.();
    this.#release = undefined;
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => {
      // The user's other connections may have spent what this one waited for.
      const more = this.#allowance?.delayMs ?? 0;
      if (more > 0) this.#wait(more);
      else this.release();
    }, delayMs);
    this.#timer.unref();
  }
}
