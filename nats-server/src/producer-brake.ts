// Stops reading from a producer for a moment while one of its consumers is far behind.

import type { Socket } from "node:net";
import type { OutboundQueue } from "./outbound-queue.ts";

/** Long enough for a consumer that reads to catch up, too short for one that does not to stop the others' traffic. */
const STALL_MS = 10;

export class ProducerBrake {
  readonly #socket: Socket;
  #release: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Pauses the producer until the consumer's queue is written, but only for a bounded time. */
  waitFor(consumer: OutboundQueue): void {
    if (this.#release) return;
    this.#socket.pause();
    const release = () => {
      if (this.#release !== release) return;
      this.#release = undefined;
      clearTimeout(timer);
      this.#socket.resume();
    };
    const timer = setTimeout(release, STALL_MS);
    this.#release = release;
    consumer.whenDrained(release);
  }

  release(): void {
    this.#release?.();
  }
}
