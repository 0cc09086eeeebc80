/** Which headers of a model call go on, to the endpoint and back. */
import type { ModelCredential } from "./model-proxy.ts";

/**
 * What Claude Code says in headers of how a call is made and read, and which of its conversations it is of. Others stay here: what one of
 * them may ask of the endpoint nobody here knows. `accept-encoding` is ours, because the answer must be readable to be metered.
 */
const passedRequestHeaders = `
  accept content-type content-encoding user-agent x-app x-client-request-id
  anthropic-beta anthropic-version anthropic-dangerous-direct-browser-access
  x-claude-code-session-id x-claude-code-agent-id x-claude-code-parent-agent-id
  x-stainless-arch x-stainless-async x-stainless-helper x-stainless-helper-method x-stainless-lang x-stainless-os
  x-stainless-package-version x-stainless-retry-count x-stainless-runtime x-stainless-runtime-version x-stainless-timeout
`
  .trim()
  .split(/\s+/);
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
  const headers = new Headers();
  for (const name of passedRequestHeaders) {
    const value = incoming.get(name);
    if (value !== null) headers.set(name, value);
  }
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
