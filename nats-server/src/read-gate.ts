// Whether a client's socket is read: not while anybody holds it back.

import type { Socket } from "node:net";

export class ReadGate {
  readonly #socket: Socket;
  #holds = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Stops reading until the returned function is called; calling it again does nothing. */
  hold(): () => void {
    if (this.#holds++ === 0) this.#socket.pause();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#holds === 0) this.#socket.resume();
    };
  }
}
