/** Sends one plain HTTP request on over a connection that was made for it, and its answer back. */
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream";

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "expect",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The host header is the target's own: what was allowed is what is asked for. */
export function passPlainRequest(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: Socket,
  target: { authority: string; path: string },
): void {
  const headers = { ...endToEnd(request.headers), host: target.authority, connection: "close" };
  const outgoing = httpRequest({
    createConnection: () => upstream,
    method: request.method,
    path: target.path,
    headers,
    setHost: false,
  });
  outgoing.once("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...endToEnd(answer.headers), connection: "close" });
    pipeline(answer, response, () => upstream.destroy());
  });
  outgoing.once("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { connection: "close" }).end("The host ended the connection without an answer.\n");
  });
  pipeline(request, outgoing, () => {});
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.has(name) && (name === "host" || !named.has(name))),
  );
}
