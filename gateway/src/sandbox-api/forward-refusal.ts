/** Why the forward proxy goes no further with a request, and how the agent is told. */
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Why a request goes no further: the sentence is for the agent. */
export class Refusal extends Error {
  readonly status: number;
  readonly unknownToken: boolean;

  constructor(status: number, sentence: string, unknownToken = false) {
    super(sentence);
    this.status = status;
    this.unknownToken = unknownToken;
  }
}

export const clientGone = (): Refusal => new Refusal(499, "The client went away.");

const explained = (status: number, sentence: string): Record<string, string | number> => ({
  "content-type": "text/plain; charset=utf-8",
  "content-length": Buffer.byteLength(`${sentence}\n`),
  ...(status === 407 ? { "proxy-authenticate": 'Basic realm="praktor"' } : {}),
  // WebFetch tells a refusal by the network from one by the site by this.
  ...(status === 403 ? { "x-proxy-error": "blocked-by-allowlist" } : {}),
});

const phrase = (sentence: string): string => sentence.replaceAll(/[^\x20-\x7e]/g, " ");

export function refusePlain(response: ServerResponse, { status, message }: Refusal): void {
  if (response.headersSent) response.destroy();
  else
    response
      .writeHead(status, phrase(message), { ...explained(status, message), connection: "close" })
      .end(`${message}\n`);
}

/** The sentence also stands where the status has its phrase: many programs show that and not the body. */
export function refuseTunnel(client: Duplex, { status, message }: Refusal): void {
  if (client.destroyed) return;
  const headers = Object.entries({ ...explained(status, message), connection: "close" });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  client.end(`HTTP/1.1 ${status} ${phrase(message)}\r\n${lines}\r\n${message}\n`);
  // Its own end is only seen while it is read.
  client.resume();
}
