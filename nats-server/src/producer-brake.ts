// Stops reading from a producer for a moment while one of its consumers is far behind.

import type { OutboundQueue } from "./outbound-queue.ts";
import type { ReadGate } from "./read-gate.ts";

/** Long enough for a consumer that reads to catch up, too short for one that does not to stop the others' traffic. */
const STALL_MS = 10;

export class ProducerBrake {
  readonly #gate: ReadGate;
  #release: (() => void) | undefined;

  constructor(gate: ReadGate) {
    this.#gate = gate;
  }

  /** Pauses the producer until the consumer's queue is written, but only for a bounded time. */
  waitFor(consumer: OutboundQueue): void {
    if (this.#release) return;
    const resume = this.#gate.hold();
    const release = () => {
      if (this.#release !== release) return;
      this.#release = undefined;
      clearTimeout(timer);
      resume();
    };
    const timer = setTimeout(release, STALL_MS);
    this.#release = release;
    consumer.whenDrained(release);
  }

  release(): void {
    this.#release?.();
  }
}
