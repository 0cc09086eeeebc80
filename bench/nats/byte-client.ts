// A client that costs as little as possible: it counts the bytes that it receives, so that the server is what is measured.

import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const READ_BUFFER_BYTES = 262_144;
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

export class ByteClient {
  readonly #socket: Socket;
  received = 0;

  private constructor(port: number) {
    this.#socket = createConnection({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (bytes) => {
          this.received += bytes;
          return true;
        },
      },
    });
  }

  /** Connects and subscribes to these subjects, each with its index as sid. */
  static async open(port: number, subjects: readonly string[]): Promise<ByteClient> {
    const client = new ByteClient(port);
    await once(client.#socket, "connect");
    await client.#settle();
    await client.send(Buffer.from('CONNECT {"verbose":false,"pedantic":false}\r\n'));
    for (let from = 0; from < subjects.length; from += 1000) {
      const lines = subjects.slice(from, from + 1000).map((subject, index) => `SUB ${subject} ${from + index}\r\n`);
      await client.send(Buffer.from(lines.join("")));
    }
    client.received = 0;
    await client.send(Buffer.from("PING\r\n"));
    while (client.received < "PONG\r\n".length) await delay(1);
    client.received = 0;
    return client;
  }

  async send(bytes: Buffer): Promise<void> {
    if (!this.#socket.write(bytes)) await once(this.#socket, "drain");
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Waits for the greeting. */
  async #settle(): Promise<void> {
    while (this.received === 0) await delay(1);
  }
}
