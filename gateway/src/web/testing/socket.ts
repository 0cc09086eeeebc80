/** A WebSocket client as a browser is one, which keeps what it received. */
import { once } from "node:events";
import { EventFrame } from "@praktor/protocol/events";
import type { RawData } from "ws";
import { WebSocket } from "ws";

export class TestSocket {
  readonly socket: WebSocket;
  readonly frames: EventFrame[] = [];
  /** Resolves with the code that the connection was closed with. */
  readonly closed: Promise<number>;

  /** Resolves after the first frame; rejects with the status of a refusal, as `Unexpected server response: 403`. */
  static async open(
    baseUrl: string,
    query = "",
    headers: Record<string, string> = {},
    protocols: string[] = [],
  ): Promise<TestSocket> {
    const client = new TestSocket(`${baseUrl.replace("http", "ws")}/api/ws${query}`, headers, protocols);
    await once(client.socket, "message");
    return client;
  }

  constructor(url: string, headers: Record<string, string>, protocols: string[] = []) {
    this.socket = new WebSocket(url, protocols, { headers });
    this.closed = new Promise((resolve) => {
      this.socket.on("close", resolve);
    });
    this.socket.on("message", (data) => this.frames.push(EventFrame.parse(JSON.parse(textOf(data)))));
  }

  get seqs(): number[] {
    return this.frames.filter((frame) => "data" in frame).map(({ seq }) => seq);
  }

  get types(): string[] {
    return this.frames.map(({ type }) => type);
  }
}

function textOf(data: RawData): string {
  return Buffer.concat(Array.isArray(data) ? data : [Buffer.from(new Uint8Array(data))]).toString("utf8");
}
