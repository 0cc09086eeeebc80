/** One HTTP request with exactly the headers that a test wants, `Host` included, which `fetch` would not let it set. */
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:http";
import { pageTokenHeader } from "@praktor/protocol/page-token";
import { ErrorBody, SessionView } from "@praktor/protocol/rest";

export interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** An object is sent as JSON, with its content type. */
  body?: string | Uint8Array | object;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** The parsed body, or undefined when it is not JSON. */
  json: unknown;
}

export function send(baseUrl: string, { method = "GET", path, headers = {}, body }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl);
  const isJson = typeof body === "object" && !(body instanceof Uint8Array);
  const payload = isJson ? JSON.stringify(body) : body;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: hostname,
        port,
        method,
        path,
        agent: false,
        headers: {
          ...(payload !== undefined &&
            !("transfer-encoding" in headers) && { "content-length": String(Buffer.byteLength(payload)) }),
          ...(isJson && { "content-type": "application/json" }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const all = Buffer.concat(chunks);
          const text = all.toString("utf8");
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, bytes: all, text, json: parse(text) });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A refusal as one line. */
export function failure(answer: Answer): string {
  const { error } = ErrorBody.parse(answer.json);
  return `${answer.status} ${error.code}: ${error.message}`;
}

/** What the page sends after this answer to a sign-in: its cookie, and the token that came in the body. */
export function sessionOf(answer: Answer): { cookie: string; [pageTokenHeader]: string } {
  const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  return { cookie, [pageTokenHeader]: SessionView.parse(answer.json).page_token ?? "" };
}

export const basic = (password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`anyone:${password}`).toString("base64")}`,
});
