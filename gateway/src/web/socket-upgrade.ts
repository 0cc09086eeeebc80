/**
 * Lets an HTTP upgrade pass through the same door and routes as every request, and makes it a WebSocket when they accept it.
 * `@hono/node-server` can do this too, but refuses without a body and leaves every other kind of upgrade hanging.
 */
import type { IncomingMessage, Server } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ErrorBody } from "@praktor/protocol/rest";
import { WebSocketServer } from "ws";
import type { Background } from "../kit/background.ts";
import type { EventHub } from "./event-hub.ts";
import type { GuessGate } from "./guess-gate.ts";
import type { UpgradeTicket, WebEnv } from "./web-env.ts";

/** Clients have nothing to say; what they send anyway is read and dropped. */
const maxIncomingBytes = 4 * 1024;

const noSocketHere: ErrorBody = { error: { code: "invalid", message: "There is no WebSocket at this address." } };

export interface UpgradeParts {
  app: OpenAPIHono<WebEnv>;
  gate: GuessGate;
  hub: EventHub;
  background: Background;
}

export function acceptUpgrades(server: Server, { app, gate, hub, background }: UpgradeParts): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxIncomingBytes, perMessageDeflate: false });

  async function upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refused = gate(incoming);
    if (refused) return refuse(socket, new Response(refused.body, refused));
    const ticket: UpgradeTicket = { accepted: null };
    const request = toRequest(incoming);
    const response = request
      ? await app.fetch(request, { incoming, upgrade: ticket })
      : new Response(null, { status: 400 });
    if (socket.destroyed) return;
    const { accepted } = ticket;
    if (!accepted) return refuse(socket, response);
    sockets.handleUpgrade(incoming, socket, head, (webSocket) => {
      // ws closes the socket itself after a broken frame; without a listener the error would end the process.
      webSocket.on("error", () => {});
      hub.join(webSocket, accepted.caller, accepted.since);
    });
  }

  server.on("upgrade", (incoming, socket, head) => {
    const ignore = (): void => {};
    socket.on("error", ignore);
    background.run(async () => {
      try {
        await upgrade(incoming, socket, head);
      } catch (error) {
        socket.destroy();
        throw error;
      }
    });
  });
}

function toRequest(incoming: IncomingMessage): Request | null {
  const headers = new Headers();
  try {
    for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
      for (const value of values) headers.append(name, value);
    }
    return new Request(new URL(incoming.url ?? "/", "http://localhost"), { method: incoming.method ?? "GET", headers });
  } catch {
    return null;
  }
}

/** `answer` is what the routes said: a failure, or what they answer to a plain request, which nobody can read here. */
async function refuse(socket: Duplex, answer: Response): Promise<void> {
  if (answer.ok) await answer.body?.cancel();
  const response = answer.ok ? Response.json(noSocketHere, { status: 400 }) : answer;
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`];
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  headers.set("content-length", String(body.byteLength));
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  lines.push("", "");
  // The server keeps its side half open otherwise, for as long as the client does.
  socket.end(Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), body]), () => socket.destroy());
}
