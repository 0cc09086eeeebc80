/** Which headers of a model call go on, to the endpoint and back. */
import type { ModelCredential } from "./model-proxy.ts";

/** Set by this side of the connection, or secret: neither goes on. */
const droppedRequestHeaders = [
  "host",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  // `fetch` refuses to send it.
  "expect",
  "proxy-authorization",
  "content-length",
  // The answer must be readable to be metered.
  "accept-encoding",
  "authorization",
  "x-api-key",
  "cookie",
];
const droppedAnswerHeaders = [
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-encoding",
  "content-length",
  "set-cookie",
];

/** `wasRead`: what was read as JSON is to be read as that, and nothing else, by the endpoint too. */
export function outgoingHeaders(incoming: Headers, credential: ModelCredential, wasRead: boolean): Headers {
  const headers = new Headers(incoming);
  for (const name of droppedRequestHeaders) headers.delete(name);
  headers.set("accept-encoding", "identity");
  if (wasRead) {
    headers.delete("content-encoding");
    headers.set("content-type", "application/json");
  }
  if (credential.type === "api_key") headers.set("x-api-key", credential.key);
  else headers.set("authorization", `Bearer ${credential.token}`);
  return headers;
}

export function answerHeaders(answer: Headers): Headers {
  const headers = new Headers(answer);
  for (const name of droppedAnswerHeaders) headers.delete(name);
  return headers;
}
