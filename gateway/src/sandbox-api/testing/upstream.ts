/** What stands for the model's API: a real HTTP server that keeps what it was asked, and answers as a test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export class Upstream implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  url = "";
  /** Replaced by a test that wants another answer. */
  answer: Answer = (request, response) => {
    request.resume().once("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  };

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
      this.answer(request, response);
    });
  }

  async start(): Promise<this> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("no address");
    this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }
}
