/** How many connections the endpoint holds at once: of one address, and of all. */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { isOfThisMachine } from "./strangers.ts";

export interface ConnectionLimits {
  /** Of one sandbox: its forward proxy has 128 of them, its agents' calls and files some dozens. */
  ofAddress: number;
  /** Of loopback, where many sandboxes have the same address. */
  ofLoopback: number;
  /** Over all places. */
  all: number;
}

export const usualConnectionLimits: ConnectionLimits = { ofAddress: 512, ofLoopback: 2_048, all: 8_192 };

/** A local client sends its headers at once. */
const headersMs = 15_000;
const checkingMs = 5_000;
/** Nothing passes either way for so long: longer than any model thinks before its first byte. */
const silentMs = 60 * 60_000;

/** Options of `createServer` that end connections on which no request comes to its beginning. */
export const unfinishedRequests = { headersTimeout: headersMs, connectionsCheckingInterval: checkingMs };

export class ConnectionDoor {
  readonly #limits: ConnectionLimits;
  readonly #addresses = new Map<string, number>();
  #all = 0;

  constructor(limits: ConnectionLimits = usualConnectionLimits) {
    this.#limits = limits;
  }

  /** Connections over the limits are closed before a byte of them is read. */
  watch(server: Server): void {
    server.timeout = silentMs;
    server.on("connection", (socket) => {
      if (!this.#enter(socket)) socket.destroy();
    });
  }

  #enter(socket: Socket): boolean {
    const address = socket.remoteAddress ?? "";
    const now = this.#addresses.get(address) ?? 0;
    const most = isOfThisMachine(address) ? this.#limits.ofLoopback : this.#limits.ofAddress;
    if (now >= most || this.#all >= this.#limits.all) return false;
    this.#addresses.set(address, now + 1);
    this.#all += 1;
    socket.once("close", () => this.#leave(address));
    return true;
  }

  #leave(address: string): void {
    this.#all -= 1;
    const left = (this.#addresses.get(address) ?? 1) - 1;
    if (left === 0) this.#addresses.delete(address);
    else this.#addresses.set(address, left);
  }
}
