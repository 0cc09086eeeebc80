/**
 * One browser's place in the stream of events. It has no queue of its own: it reads on in the ring as fast as its socket drains, so
 * that what a slow one costs is bounded, and one that falls off the ring's end is cut; it comes back and is told to fetch anew.
 */
import type { WebSocket } from "ws";
import type { EventRing } from "./event-ring.ts";

/** What may wait in one socket before the next frame does. */
const highWaterBytes = 256 * 1024;

export class EventClient {
  readonly #socket: WebSocket;
  readonly #ring: EventRing;
  #cursor: number;
  #heard = true;

  /** Goes on after `cursor`. */
  constructor(socket: WebSocket, ring: EventRing, cursor: number) {
    this.#socket = socket;
    this.#ring = ring;
    this.#cursor = cursor;
    socket.on("pong", () => {
      this.#heard = true;
    });
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Sends what there is, until the socket is full; goes on by itself when that drains. */
  pump(): void {
    while (
      this.#cursor < this.#ring.last &&
      this.#socket.readyState === this.#socket.OPEN &&
      this.#socket.bufferedAmount < highWaterBytes
    ) {
      const frame = this.#ring.get(this.#cursor + 1);
      if (frame === undefined) return this.#socket.terminate();
      this.#cursor += 1;
      this.#socket.send(frame, (error) => {
        if (!error) this.pump();
      });
    }
  }

  /** A frame besides the stream. */
  send(frame: string): void {
    this.#socket.send(frame);
  }

  /** Once per interval: who did not answer the last ping is gone, however open the socket looks. */
  ping(): void {
    if (!this.#heard) return this.#socket.terminate();
    this.#heard = false;
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
