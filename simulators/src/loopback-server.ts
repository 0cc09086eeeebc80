// A Hono application on a listening socket whose raw connections can be stalled and cut.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";

/** What a handler sees of Node's own objects: `c.env.incoming`, `c.env.outgoing`. */
export interface NodeBindings {
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse };
}

export interface ListenOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
}

/** Owns one HTTP listener. Disposing cuts every connection, also stalled ones. */
export class LoopbackServer implements AsyncDisposable {
  readonly #app: Hono<NodeBindings>;
  readonly #listen: ListenOptions;
  #server: Server | undefined;
  #url: string | undefined;

  constructor(app: Hono<NodeBindings>, listen: ListenOptions) {
    this.#app = app;
    this.#listen = listen;
  }

  /** Rejects with Node's own error when the port is taken. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const listener = getRequestListener((request, env) => this.#app.fetch(request, env), {
      hostname: this.#listen.host,
      overrideGlobalObjects: false,
    });
    // Node's own limits on slow requests would end a long poll or a deliberate stall.
    const limits = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60_000 };
    const server = createServer(limits, (incoming, outgoing) => void listener(incoming, outgoing));
    server.listen(this.#listen.port, this.#listen.host);
    await once(server, "listening", { signal });
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("A TCP listener has an address and a port.");
    this.#url = `http://${this.#listen.host}:${address.port}`;
  }

  get url(): string {
    if (this.#url === undefined) throw new Error("The simulator has no address yet: await start() first.");
    return this.#url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }
}

/** Ends the connection without an answer, as a crashed server or a broken network does. */
export function cutConnection(bindings: NodeBindings["Bindings"]): Response {
  bindings.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Never answers; comes back when the client has given up or the simulator is disposed. */
export async function stallConnection(bindings: NodeBindings["Bindings"]): Promise<Response> {
  if (!bindings.outgoing.destroyed) await once(bindings.outgoing, "close");
  return RESPONSE_ALREADY_SENT;
}

/** A signal that aborts when the client has gone away before its answer was complete. */
export function clientGone(bindings: NodeBindings["Bindings"]): AbortSignal {
  const controller = new AbortController();
  bindings.outgoing.once("close", () => {
    if (!bindings.outgoing.writableFinished) controller.abort(new Error("The client closed its connection."));
  });
  return controller.signal;
}
