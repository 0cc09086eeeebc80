/** The Messages API for sandboxes: adds the key that they never see, streams both ways, and meters what the answer cost. */
import { setMaxListeners } from "node:events";
import type { Logger } from "../kit/logger.ts";
import { LoopTurns } from "../kit/loop-turns.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { CallBounds, Cost } from "../usage/prices.ts";
import type { CallTicket, Spending } from "../usage/spending.ts";
import { unseenUsage } from "../usage/unseen-usage.ts";
import { nothingUsed, UsageMeter, type MeteredUsage, type Metering } from "../usage/usage-meter.ts";
import { reachRefusal, type EndpointReach } from "./endpoint-reach.ts";
import { HeldBytes } from "./held-bytes.ts";
import { hasTimedOut, MeteredAnswer, type AnswerEnd } from "./metered-answer.ts";
import { answerHeaders, outgoingHeaders } from "./model-headers.ts";
import type { CallOutcome } from "./model-health.ts";
import { withoutKey } from "./without-key.ts";
import { readModelRequest, type Page } from "./read-model-request.ts";

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
  /** What the endpoint may fetch for a group's agents. */
  reachOf: (groupId: string) => Promise<EndpointReach>;
  /** How long a call is read on whose caller has gone before it was known what it read. */
  lingerMs?: number;
  /** Called once for every call for an answer that was answered, when the answer has ended. */
  onCall: (call: ModelCall) => void;
  /** How every call that went out has ended; not told of one that its caller gave up. */
  onOutcome: (outcome: CallOutcome) => void;
}

const answering = "/v1/messages";
const sessionHeader = "x-claude-code-session-id";
/** Calls of one group that are held in memory at once. */
const maxHeldCalls = 32;
/** Calls of one group that are read on at once after their callers have gone. */
const maxLingering = 8;
/** Long prompts take some seconds until the answer's first event. */
const usualLingerMs = 10_000;
/** More than any model writes in one answer; where a call names no limit of its own. */
const anyOutputTokens = 128_000;

/** What Claude Code asks of the Messages API; everything else is refused here. */
const allowed: readonly { method: string; path: RegExp }[] = [
  { method: "POST", path: /^\/v1\/messages$/ },
  { method: "POST", path: /^\/v1\/messages\/count_tokens$/ },
  { method: "GET", path: /^\/v1\/models(\/[A-Za-z0-9._-]{1,128})?$/ },
];

/** All that Claude Code puts behind the path of what it posts. */
const knownQuery = /^[^?]*(?:\?beta=true)?$/;

/** What a call's end is told to. */
interface OpenCall {
  groupId: string;
  credential: ModelCredential;
  sessionId: string | null;
  startedAt: number;
  /** Null for a call that costs nothing: it counts tokens, or lists models. */
  ticket: CallTicket | null;
  /** Aborts when the caller has gone. */
  caller: AbortSignal;
  /** Null for a call that was not read: what passed of it bounds it. */
  read: { model: string; bounds: CallBounds } | null;
  /** Of a call that is not read, so far. */
  passedBytes: number;
  /** All of it went out: before, nobody works on it. */
  isSent: boolean;
}

type Body = ReadableStream<Uint8Array> | null;

export class ModelProxy implements Disposable {
  readonly #options: ModelProxyOptions;
  readonly #turns = new LoopTurns();
  readonly #heldBytes = new HeldBytes();
  /** By group. */
  readonly #held = new Map<string, number>();
  /** By group: calls that are read on after their callers have gone. */
  readonly #lingering = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(options: ModelProxyOptions) {
    this.#options = options;
    // One listener for each call that is read on.
    setMaxListeners(0, this.#closing.signal);
  }

  /** What its callers have given up is counted as far as it came. */
  [Symbol.dispose](): void {
    this.#closing.abort();
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
      caller: request.signal,
      read: null,
      passedBytes: 0,
      isSent: request.body === null,
    };
    const reach = request.method === "POST" ? await this.#options.reachOf(groupId) : "anything";
    if (reach === "anything" && ticket?.limited !== true)
      return await this.#send(call, request, target, counted(request.body, call));
    return await this.#sendWithin(call, reach, request, target);
  }

  /** Within a budget or a closed network: a call that may not go out is refused with the sentence that the person is to read. */
  async #sendWithin(call: OpenCall, reach: EndpointReach, request: Request, target: string): Promise<Response> {
    const { groupId, ticket } = call;
    if (!take(this.#held, groupId, maxHeldCalls))
      return apiError(429, "rate_limit_error", `${maxHeldCalls} calls of this group wait already.`);
    let held = 0;
    try {
      const reading = { groupId, turns: this.#turns, held: this.#heldBytes };
      const read = await readModelRequest(request, reading);
      if ("problem" in read)
        return apiError(read.status, read.status === 429 ? "rate_limit_error" : "invalid_request_error", read.problem);
      held = read.heldBytes;
      const { model, maxOutputTokens, reaches, searchesWeb, ...facts } = read.facts;
      if (model === null) return apiError(400, "invalid_request_error", "The request names no model.");
      const unreachable = reachRefusal({ reaches, searchesWeb }, reach);
      if (unreachable !== null) return apiError(400, "invalid_request_error", unreachable);
      if (reach !== "anything" && !knownQuery.test(target))
        return apiError(
          400,
          "invalid_request_error",
          "Praktor does not know what stands behind the ? of the request's address.",
        );
      const bounds = { ...facts, bytes: read.bytes, maxOutputTokens: maxOutputTokens ?? anyOutputTokens };
      call.read = { model, bounds };
      const refusal = ticket?.limited === true ? await ticket.admit({ model, ...bounds }, request.signal) : null;
      // Claude Code gives up at once on this status; others it tries again, or takes for a refused credential.
      if (refusal !== null) return apiError(402, "billing_error", refusal);
      return await this.#send(call, request, target, streamOf(read.pages, call));
    } catch (error) {
      if (request.signal.aborted) return apiError(499, "api_error", "The caller went away.");
      throw error;
    } finally {
      this.#heldBytes.release(groupId, held);
      give(this.#held, groupId);
    }
  }

  /** Never rejects. */
  async #send(call: OpenCall, request: Request, target: string, body: Body): Promise<Response> {
    const { baseUrl, logger, onOutcome } = this.#options;
    const upstream = new AbortController();
    const stop = (): void => upstream.abort();
    if (call.caller.aborted) {
      call.ticket?.end("", nothingUsed);
      return apiError(499, "api_error", "The caller went away.");
    }
    const waiting = this.#stopAfter(call, stop);
    let answer: Response;
    try {
      answer = await fetch(baseUrl.replace(/\/+$/, "") + target, {
        method: request.method,
        headers: outgoingHeaders(request.headers, call.credential, call.read !== null),
        body,
        duplex: "half",
        redirect: "manual",
        signal: upstream.signal,
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      // What the endpoint itself broke off before a word it charges nobody for, and Claude Code soon asks it again.
      if (call.isSent && (upstream.signal.aborted || hasTimedOut(cause)))
        this.#ended(call, new UsageMeter(true).result(), 0, null);
      else call.ticket?.end("", nothingUsed);
      if (call.caller.aborted) return apiError(499, "api_error", "The caller went away.");
      const reason = errorMessage(cause);
      onOutcome({ type: "failed", reason: `the endpoint could not be reached: ${reason}` });
      logger.warn({ groupId: call.groupId, reason }, "the model endpoint could not be reached");
      return apiError(502, "api_error", "Praktor could not reach the model endpoint; its log says why.");
    } finally {
      waiting[Symbol.dispose]();
    }
    // Only now: a caller that has gone would take a second place of those that are read on.
    return this.#metered(call, answer, stop);
  }

  /** A call whose caller has gone before its first header is waited for a while: it is charged, and only the endpoint knows for what. */
  #stopAfter(call: OpenCall, stop: () => void): Disposable {
    const { caller, groupId } = call;
    const closing = this.#closing.signal;
    let timer: NodeJS.Timeout | null = null;
    const onGone = (): void => {
      if (call.ticket === null || closing.aborted || !take(this.#lingering, groupId, maxLingering)) return stop();
      timer = setTimeout(stop, this.#lingerMs(call));
      closing.addEventListener("abort", stop, { once: true });
    };
    caller.addEventListener("abort", onGone, { once: true });
    return {
      [Symbol.dispose]: () => {
        caller.removeEventListener("abort", onGone);
        closing.removeEventListener("abort", stop);
        if (timer === null) return;
        clearTimeout(timer);
        give(this.#lingering, groupId);
      },
    };
  }

  #lingerMs(call: OpenCall): number {
    const { lingerMs = usualLingerMs } = this.#options;
    const { samplings = 1, openInput = false } = call.read?.bounds ?? {};
    // What the endpoint runs several times tells its count at the end only.
    if (samplings > 1) return lingerMs * 60;
    // A document's pages are drawn and read first, and what is never told of them counts as the model's whole context.
    return openInput ? lingerMs * 6 : lingerMs;
  }

  #metered(call: OpenCall, answer: Response, stop: () => void): Response {
    const headers = answerHeaders(answer.headers);
    const meter = new UsageMeter(headers.get("content-type")?.includes("event-stream") ?? false);
    let lingers = false;
    const onEnd = (how: AnswerEnd): void => {
      if (lingers) give(this.#lingering, call.groupId);
      this.#ended(call, meter.result(), answer.status, how);
    };
    if (!answer.body) {
      onEnd("whole");
      return new Response(null, { status: answer.status, headers });
    }
    // Said here, because the HTTP adapter otherwise waits for the first pieces to learn whether they are all.
    headers.set("transfer-encoding", "chunked");
    const isRepeated = (call.read?.bounds.samplings ?? 1) > 1;
    const { body } = new MeteredAnswer({
      answer: answer.ok ? answer.body : withoutKey(answer.body, call.credential),
      meter,
      caller: call.caller,
      isCounted: () => {
        if (call.ticket === null || !answer.ok || this.#closing.signal.aborted) return true;
        const { told } = meter.result();
        return told === "all" || (told !== "nothing" && !isRepeated);
      },
      lingerMs: () => {
        lingers = take(this.#lingering, call.groupId, maxLingering);
        return lingers ? this.#lingerMs(call) : 0;
      },
      stop,
      closing: this.#closing.signal,
      onEnd,
    });
    return new Response(body, { status: answer.status, headers });
  }

  /** `how`: null where no answer came. */
  #ended(call: OpenCall, seen: Metering, status: number, how: AnswerEnd | null): void {
    const { onCall, onOutcome, now } = this.#options;
    const { groupId, sessionId, startedAt, ticket } = call;
    const durationMs = now() - startedAt;
    if (ticket) {
      const model = seen.model === "" ? (call.read?.model ?? "") : seen.model;
      const usage = this.#isCharged(call, seen, status, how)
        ? unseenUsage(seen, { model, bounds: this.#boundsOf(call), writingMs: durationMs })
        : seen.usage;
      const cost = ticket.end(model, usage, mayHaveDeclined(call, model));
      onCall({ groupId, payerId: ticket.payerId, sessionId, model, usage, cost, status, durationMs });
    }
    if (how === "whole") onOutcome({ type: "answered", status, error: seen.error });
    if (how === "cut" || how === "timed out")
      onOutcome({ type: "failed", reason: "the answer was cut before its end" });
  }

  /** Whether the endpoint charges more than what it told. */
  #isCharged(call: OpenCall, seen: Metering, status: number, how: AnswerEnd | null): boolean {
    if (how === null) return true;
    if (status < 200 || status > 299) return false;
    if (how === "cut") return seen.told !== "nothing" || (seen.error === null && seen.writtenBytes > 0);
    if (how !== "whole") return seen.error === null || seen.told !== "nothing";
    // An answer that came whole is believed, but for one within a budget that counts nothing.
    return call.ticket?.limited === true && seen.error === null && (seen.told === "nothing" || seen.told === "input");
  }

  #boundsOf({ read, passedBytes }: OpenCall): CallBounds {
    const bounds = read?.bounds ?? { bytes: passedBytes, maxOutputTokens: anyOutputTokens };
    // The gateway's own end is nobody's trick: several runs of which none is told are not taken for all that they could be.
    return this.#closing.signal.aborted ? { ...bounds, samplings: 1 } : bounds;
  }
}

/** Where another model answered than the one that was asked: who was named to answer before it. */
function mayHaveDeclined({ read }: OpenCall, answered: string): string[] {
  if (read === null || answered.startsWith(read.model)) return [];
  const { otherModels = [] } = read.bounds;
  return otherModels.length === 0 ? [] : [read.model, ...otherModels.filter((name) => name !== "")];
}

/** False: so many are taken already. */
function take(counts: Map<string, number>, groupId: string, most: number): boolean {
  const now = counts.get(groupId) ?? 0;
  if (now >= most) return false;
  counts.set(groupId, now + 1);
  return true;
}

function give(counts: Map<string, number>, groupId: string): void {
  const left = (counts.get(groupId) ?? 1) - 1;
  if (left === 0) counts.delete(groupId);
  else counts.set(groupId, left);
}

/** The same bytes; notes how many have passed. */
function counted(body: ReadableStream<Uint8Array> | null, call: OpenCall): Body {
  if (body === null || call.ticket === null) return body;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        call.passedBytes += chunk.length;
        controller.enqueue(chunk);
      },
      flush: () => {
        call.isSent = true;
      },
    }),
  );
}

/** What has gone out is held no longer. */
function streamOf(pages: Page[], call: OpenCall): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => {
      const page = pages.shift();
      if (page) controller.enqueue(page);
      else {
        call.isSent = true;
        controller.close();
      }
    },
  });
}

/** An error in the Messages API's shape, so that Claude Code reads it as one. */
function apiError(status: number, type: string, message: string): Response {
  return Response.json({ type: "error", error: { type, message } }, { status });
}
