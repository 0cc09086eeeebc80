/** The Messages API for sandboxes: adds the key that they never see, streams both ways, and meters what the answer cost. */
import type { Usage } from "@praktor/protocol/agent-output";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { UsageMeter } from "../usage/usage-meter.ts";

export type ModelCredential = { type: "api_key"; key: string } | { type: "oauth"; token: string };

export interface ModelCall {
  groupId: string;
  model: string;
  usage: Usage;
  status: number;
  durationMs: number;
}

export interface ModelProxyOptions {
  baseUrl: string;
  credential: ModelCredential | null;
  logger: Logger;
  now: () => number;
  /** Called once for every call that went out, when its answer has ended. */
  onCall: (call: ModelCall) => void;
}

/** What Claude Code asks of the Messages API; everything else is refused here. */
const allowed: readonly { method: string; path: RegExp }[] = [
  { method: "POST", path: /^\/v1\/messages$/ },
  { method: "POST", path: /^\/v1\/messages\/count_tokens$/ },
  { method: "GET", path: /^\/v1\/models(\/[A-Za-z0-9._-]{1,128})?$/ },
];

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

export class ModelProxy {
  readonly #options: ModelProxyOptions;

  constructor(options: ModelProxyOptions) {
    this.#options = options;
  }

  /** `path` is the part after the endpoint's `/model`, with its query. Never rejects: what fails is an answer in the API's own shape. */
  async handle(groupId: string, request: Request, path: string): Promise<Response> {
    const { credential, baseUrl, logger } = this.#options;
    // Taken literally, never resolved: what is checked is what goes out.
    const [pathname = "", ...query] = path.split("?");
    if (!allowed.some((rule) => rule.method === request.method && rule.path.test(pathname))) {
      return apiError(
        404,
        "not_found_error",
        `Praktor lets only the Messages API through, not ${request.method} ${pathname}.`,
      );
    }
    const search = query.length === 0 ? "" : `?${query.join("?")}`;
    if (!credential) {
      return apiError(
        401,
        "authentication_error",
        "Praktor has no model credential: set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN.",
      );
    }
    const startedAt = this.#options.now();
    try {
      const answer = await fetch(baseUrl.replace(/\/+$/, "") + pathname + search, {
        method: request.method,
        headers: outgoingHeaders(request.headers, credential),
        body: request.body,
        duplex: "half",
        redirect: "manual",
        signal: request.signal,
      });
      return this.#metered(groupId, answer, startedAt);
    } catch (error) {
      if (request.signal.aborted) return apiError(499, "api_error", "The caller went away.");
      const reason =
        error instanceof Error && error.cause !== undefined ? errorMessage(error.cause) : errorMessage(error);
      logger.warn({ groupId, reason }, "the model endpoint could not be reached");
      return apiError(502, "api_error", `Praktor could not reach the model endpoint: ${reason}`);
    }
  }

  #metered(groupId: string, answer: Response, startedAt: number): Response {
    const { onCall, now } = this.#options;
    const headers = new Headers(answer.headers);
    for (const name of droppedAnswerHeaders) headers.delete(name);
    const meter = new UsageMeter(headers.get("content-type")?.includes("event-stream") ?? false);
    let reported = false;
    const report = (): void => {
      if (reported) return;
      reported = true;
      onCall({ groupId, ...meter.result(), status: answer.status, durationMs: now() - startedAt });
    };
    if (!answer.body) {
      report();
      return new Response(null, { status: answer.status, headers });
    }
    // Said here, because the HTTP adapter otherwise waits for the first pieces to learn whether they are all.
    headers.set("transfer-encoding", "chunked");
    const reader = answer.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const next = await reader.read();
          if (next.done) {
            report();
            controller.close();
            return;
          }
          meter.push(next.value);
          controller.enqueue(next.value);
        } catch (error) {
          report();
          controller.error(error);
        }
      },
      async cancel(reason) {
        report();
        await reader.cancel(reason);
      },
    });
    return new Response(body, { status: answer.status, headers });
  }
}

function outgoingHeaders(incoming: Headers, credential: ModelCredential): Headers {
  const headers = new Headers(incoming);
  for (const name of droppedRequestHeaders) headers.delete(name);
  headers.set("accept-encoding", "identity");
  if (credential.type === "api_key") headers.set("x-api-key", credential.key);
  else headers.set("authorization", `Bearer ${credential.token}`);
  return headers;
}

/** An error in the Messages API's shape, so that Claude Code reads it as one. */
function apiError(status: number, type: string, message: string): Response {
  return Response.json({ type: "error", error: { type, message } }, { status });
}
