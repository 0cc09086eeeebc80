/** The Messages API for sandboxes: adds the key that they never see, streams both ways, and meters what the answer cost. */
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Cost } from "../usage/prices.ts";
import type { CallTicket, Spending } from "../usage/spending.ts";
import { nothingUsed, UsageMeter, type MeteredUsage } from "../usage/usage-meter.ts";
import type { CallOutcome } from "./model-health.ts";
import { readModelRequest } from "./read-model-request.ts";

/** `auth_token`: a compatible endpoint's key that goes as a bearer token, without Claude Code taking it for an account's. */
export type ModelCredential =
  | { type: "api_key"; key: string }
  | { type: "oauth"; token: string }
  | { type: "auth_token"; token: string };

/** One call for an answer, metered. */
export interface ModelCall {
  groupId: string;
  /** The group whose budget pays. */
  payerId: string;
  /** Claude's own name for the conversation, as its header gives it; an agent can write anything there. */
  sessionId: string | null;
  model: string;
  usage: MeteredUsage;
  cost: Cost;
  status: number;
  durationMs: number;
}

export interface ModelProxyOptions {
  baseUrl: string;
  credential: ModelCredential | null;
  logger: Logger;
  now: () => number;
  spending: Pick<Spending, "begin">;
  /** Called once for every call for an answer that was answered, when the answer has ended. */
  onCall: (call: ModelCall) => void;
  /** How every call that went out has ended; not told of one that its caller gave up. */
  onOutcome: (outcome: CallOutcome) => void;
}

const answering = "/v1/messages";
const sessionHeader = "x-claude-code-session-id";
/** Calls of one group that a budget holds in memory at once. */
const maxHeldCalls = 32;

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

/** What a call's end is told to. */
interface OpenCall {
  groupId: string;
  credential: ModelCredential;
  sessionId: string | null;
  startedAt: number;
  /** Null for a call that costs nothing: it counts tokens, or lists models. */
  ticket: CallTicket | null;
  /** Aborts when the caller has gone. */
  signal: AbortSignal;
}

type Body = ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null;

export class ModelProxy {
  readonly #options: ModelProxyOptions;
  /** By group. */
  readonly #held = new Map<string, number>();

  constructor(options: ModelProxyOptions) {
    this.#options = options;
  }

  /** `path` is the part after the endpoint's `/model`, with its query. What fails on the way out is an answer in the API's own shape. */
  async handle(groupId: string, request: Request, path: string): Promise<Response> {
    const { credential, spending } = this.#options;
    // Taken literally, never resolved: what is checked is what goes out.
    const [pathname = "", ...query] = path.split("?");
    if (!allowed.some((rule) => rule.method === request.method && rule.path.test(pathname))) {
      return apiError(
        404,
        "not_found_error",
        `Praktor lets only the Messages API through, not ${request.method} ${pathname}.`,
      );
    }
    if (!credential) {
      return apiError(
        401,
        "authentication_error",
        "Praktor has no model credential: set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN.",
      );
    }
    const target = pathname + (query.length === 0 ? "" : `?${query.join("?")}`);
    const ticket = pathname === answering ? await spending.begin(groupId) : null;
    const call: OpenCall = {
      groupId,
      credential,
      sessionId: request.headers.get(sessionHeader),
      startedAt: this.#options.now(),
      ticket,
      signal: request.signal,
    };
    if (!ticket?.limited) return await this.#send(call, request, target, request.body);
    return await this.#sendWithin(ticket, call, request, target);
  }

  /** Within a budget: a call that may not go out is refused with the sentence that the person is to read. */
  async #sendWithin(ticket: CallTicket, call: OpenCall, request: Request, target: string): Promise<Response> {
    const held = this.#held.get(call.groupId) ?? 0;
    if (held >= maxHeldCalls) return apiError(429, "rate_limit_error", `${held} calls of this group wait already.`);
    this.#held.set(call.groupId, held + 1);
    try {
      const read = await readModelRequest(request);
      if ("problem" in read) return apiError(400, "invalid_request_error", read.problem);
      const { body, model, maxOutputTokens } = read;
      const refusal = await ticket.admit({ model, bytes: body.length, maxOutputTokens }, request.signal);
      // Claude Code gives up at once on this status; others it tries again, or takes for a refused credential.
      if (refusal !== null) return apiError(402, "billing_error", refusal);
      return await this.#send(call, request, target, body);
    } catch (error) {
      if (request.signal.aborted) return apiError(499, "api_error", "The caller went away.");
      throw error;
    } finally {
      const left = (this.#held.get(call.groupId) ?? 1) - 1;
      if (left === 0) this.#held.delete(call.groupId);
      else this.#held.set(call.groupId, left);
    }
  }

  /** Never rejects. */
  async #send(call: OpenCall, request: Request, target: string, body: Body): Promise<Response> {
    const { baseUrl, logger, onOutcome } = this.#options;
    try {
      const answer = await fetch(baseUrl.replace(/\/+$/, "") + target, {
        method: request.method,
        headers: outgoingHeaders(request.headers, call.credential),
        body,
        duplex: "half",
        redirect: "manual",
        signal: request.signal,
      });
      return this.#metered(call, answer);
    } catch (error) {
      call.ticket?.end("", nothingUsed);
      if (request.signal.aborted) return apiError(499, "api_error", "The caller went away.");
      const reason =
        error instanceof Error && error.cause !== undefined ? errorMessage(error.cause) : errorMessage(error);
      onOutcome({ type: "failed", reason: `the endpoint could not be reached: ${reason}` });
      logger.warn({ groupId: call.groupId, reason }, "the model endpoint could not be reached");
      return apiError(502, "api_error", `Praktor could not reach the model endpoint: ${reason}`);
    }
  }

  #metered(call: OpenCall, answer: Response): Response {
    const headers = new Headers(answer.headers);
    for (const name of droppedAnswerHeaders) headers.delete(name);
    const meter = new UsageMeter(headers.get("content-type")?.includes("event-stream") ?? false);
    let ended = false;
    const end = (how: "whole" | "cut" | "given up"): void => {
      if (ended) return;
      ended = true;
      this.#ended(call, meter.result(), answer.status, how);
    };
    // Also where nobody reads the answer any more: what it may cost is reserved until its end.
    call.signal.addEventListener("abort", () => end("given up"), { once: true });
    if (!answer.body) {
      end("whole");
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
            end("whole");
            controller.close();
            return;
          }
          meter.push(next.value);
          controller.enqueue(next.value);
        } catch (error) {
          end(call.signal.aborted ? "given up" : "cut");
          controller.error(error);
        }
      },
      async cancel(reason) {
        end("given up");
        await reader.cancel(reason);
      },
    });
    return new Response(body, { status: answer.status, headers });
  }

  #ended(
    { groupId, sessionId, startedAt, ticket }: OpenCall,
    { model, usage, error }: ReturnType<UsageMeter["result"]>,
    status: number,
    how: "whole" | "cut" | "given up",
  ): void {
    const { onCall, onOutcome, now } = this.#options;
    if (ticket) {
      const cost = ticket.end(model, usage);
      onCall({
        groupId,
        payerId: ticket.payerId,
        sessionId,
        model,
        usage,
        cost,
        status,
        durationMs: now() - startedAt,
      });
    }
    if (how === "whole") onOutcome({ type: "answered", status, error });
    if (how === "cut") onOutcome({ type: "failed", reason: "the answer was cut before its end" });
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
