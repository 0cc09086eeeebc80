/** Reads on while a tunnel's client waits for its answer, so that its going away is noticed; what it says meanwhile is kept. */
import type { Duplex } from "node:stream";

/** A client says nothing before it is answered; some send the beginning of TLS along. */
const mostEarlyBytes = 64 * 1024;

export class HeldClient {
  readonly #client: Duplex;
  readonly #gone = new AbortController();
  readonly #early: Buffer[];
  #bytes = 0;

  /** `head`: what came along with its request. */
  constructor(client: Duplex, head: Buffer) {
    this.#client = client;
    this.#early = [head];
    client.on("data", this.#take).once("end", this.#leave).once("close", this.#leave);
  }

  /** Aborts when the client has gone, or says more than it may. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Ends the reading. What was said so far. */
  release(): Buffer {
    this.#client.pause();
    this.#client.off("data", this.#take).off("end", this.#leave).off("close", this.#leave);
    return Buffer.concat(this.#early);
  }

  readonly #take = (chunk: Buffer): void => {
    this.#early.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > mostEarlyBytes) this.#client.destroy();
  };

  readonly #leave = (): void => this.#gone.abort();
}
