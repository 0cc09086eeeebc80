// A NATS client of bytes: it sends exactly what a test says and records each frame that it receives.

import { createConnection, type Socket } from "node:net";

/** A line, or a message with its payload, as one string of one character a byte. */
export type Frame = string;

const PONG = "PONG";

export class RawClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #frames: Frame[] = [];
  readonly #waiters = new Set<() => void>();
  #held = Buffer.alloc(0);
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    // A reset is one of the ways in which a server may end a connection.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Resolves when the server's INFO has arrived. */
  static async open(port: number): Promise<RawClient> {
    const socket = createConnection({ port, host: "127.0.0.1" });
    const client = new RawClient(socket);
    await client.waitFor((frames) => frames.some((frame) => frame.startsWith("INFO ")));
    return client;
  }

  get isClosed(): boolean {
    return this.#ended;
  }

  get socket(): Socket {
    return this.#socket;
  }

  get info(): unknown {
    const line = this.#frames.find((frame) => frame.startsWith("INFO ")) ?? "INFO {}";
    return JSON.parse(line.slice(5));
  }

  send(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Removes and returns all frames that have arrived. */
  take(): Frame[] {
    return this.#frames.splice(0);
  }

  /** Sends these operations and a PING, and returns what arrived before its PONG; the last frame is `closed` when the server ended the connection. */
  async exchange(text: string): Promise<Frame[]> {
    this.send(`${text}PING\r\n`);
    await this.waitFor((frames) => frames.includes(PONG));
    const frames = this.take().filter((frame) => frame !== PONG);
    return this.#ended ? [...frames, "closed"] : frames;
  }

  /** Resolves when the frames satisfy the condition or the connection is closed; rejects after five seconds. */
  waitFor(condition: (frames: readonly Frame[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(check);
        reject(new Error(`no matching frame arrived in time; seen: ${JSON.stringify(this.#frames)}`));
      }, 5000);
      const check = () => {
        if (!this.#ended && !condition(this.#frames)) return;
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
      check();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.end();
    await this.waitFor(() => false).catch(() => undefined);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    for (;;) {
      const lineEnd = this.#held.indexOf("\r\n");
      if (lineEnd < 0) break;
      const line = this.#held.toString("latin1", 0, lineEnd);
      const payloadBytes = /^H?MSG /.test(line) ? Number(line.split(" ").at(-1)) + 2 : 0;
      if (this.#held.length < lineEnd + 2 + payloadBytes) break;
      const payload = this.#held.toString("latin1", lineEnd + 2, lineEnd + 2 + Math.max(0, payloadBytes - 2));
      this.#held = this.#held.subarray(lineEnd + 2 + payloadBytes);
      // The server measures the round trip at its own times.
      if (line === "PING") this.#socket.write("PONG\r\n");
      else this.#frames.push(payloadBytes > 0 ? `${line}|${payload}` : line.trimEnd());
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }
}
