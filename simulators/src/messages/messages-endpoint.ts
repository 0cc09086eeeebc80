// The HTTP face of the Messages API: key, faults, validation, then the script.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Context, Hono } from "hono";
import type { FaultPlan } from "../fault-plan.ts";
import { type NodeBindings, cutConnection, stallConnection } from "../loopback-server.ts";
import { readConversation } from "./conversation.ts";
import { type MessageRequest, messageRequest, orderProblem } from "./message-request.ts";
import { type MessagesFault, errorResponse } from "./messages-fault.ts";
import { prepareReply } from "./reply-stream.ts";
import type { Reply, Script } from "./script.ts";
import { type Sent, sendReply } from "./send-reply.ts";
import { requestTokens, usageOf } from "./usage.ts";

/** One request as it came and how it ended. */
export interface RecordedRequest {
  readonly id: string;
  readonly at: number;
  readonly endedAt: number;
  readonly operation: "messages" | "count_tokens" | "models";
  /** With the keys as they came. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `ok`, `error <status>`, `client gone` or the type of the fault. */
  readonly outcome: string;
}

export interface MessagesEndpointOptions {
  readonly expectedKey: () => string | undefined;
  readonly script: () => Script;
  readonly faults: FaultPlan<MessagesFault>;
  readonly now: () => number;
  readonly onBegin: () => void;
  readonly onEnd: (request: RecordedRequest) => void;
}

type Operation = RecordedRequest["operation"];
type Handler = (body: unknown, call: Call) => Promise<Sent>;

interface Call {
  readonly context: Context<NodeBindings>;
  readonly requestId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: MessagesFault | undefined;
}

export function messagesEndpoint(options: MessagesEndpointOptions): Hono<NodeBindings> {
  const { expectedKey, script, faults, now, onBegin, onEnd } = options;
  const app = new Hono<NodeBindings>();

  app.post("/v1/messages", async (context) => await serve(context, "messages", reply));
  app.post("/v1/messages/count_tokens", async (context) => await serve(context, "count_tokens", countTokens));
  app.get("/v1/models", async (context) => await serve(context, "models", listModels));
  app.notFound(() => errorResponse({ status: 404 }, "req_none"));

  async function serve(context: Context<NodeBindings>, operation: Operation, handler: Handler): Promise<Response> {
    const at = now();
    onBegin();
    const requestId = `req_${randomUUID().replaceAll("-", "").slice(0, 20)}`;
    const headers = context.req.header();
    let body: unknown;
    let sent: Sent;
    try {
      body = operation === "models" ? undefined : await context.req.json().catch(() => undefined);
      const fault = faults.decide(operation);
      const call = { context, requestId, headers, fault };
      sent = (await struck(call)) ?? refusedKey(headers, requestId) ?? (await handler(body, call));
    } catch (error) {
      sent = refusal({ status: 500, message: error instanceof Error ? error.message : String(error) }, requestId);
    }
    const { response, outcome } = sent;
    onEnd({ id: requestId, at, endedAt: now(), operation, headers, body, outcome });
    return response;
  }

  function refusedKey(headers: Readonly<Record<string, string>>, requestId: string): Sent | undefined {
    const given = headers["x-api-key"] ?? /^Bearer\s+(.+)$/i.exec(headers["authorization"] ?? "")?.[1];
    if (given === undefined) return refusal({ status: 401, message: "x-api-key header is required" }, requestId);
    const expected = expectedKey();
    return expected === undefined || given === expected ? undefined : refusal({ status: 401 }, requestId);
  }

  async function reply(body: unknown, { context, requestId, headers, fault }: Call): Promise<Sent> {
    const { request, refused } = validate(body, requestId);
    if (!request) return refused;
    const scripted = await script()({ request, conversation: readConversation(request), headers });
    if (scripted.type === "error") return refusal(scripted, requestId);
    const prepared = prepareReply(scripted, request.model, usageOf(request, outputOf(scripted)));
    const overMs = Math.max(scripted.overMs ?? 0, fault?.type === "slow_stream" ? fault.overMs : 0);
    return await sendReply(context.env, prepared, { isStream: request.stream === true, overMs, requestId, fault });
  }

  return app;
}

async function countTokens(body: unknown, { requestId }: Call): Promise<Sent> {
  const { request, refused } = validate(body, requestId);
  if (!request) return refused;
  return { response: Response.json({ input_tokens: requestTokens(request) }), outcome: "ok" };
}

async function listModels(): Promise<Sent> {
  const data = ["claude-opus-5-5", "claude-sonnet-5", "claude-haiku-4-5"].map((id) => ({
    type: "model",
    id,
    display_name: id,
    created_at: "2026-01-01T00:00:00Z",
  }));
  const page = { data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id };
  return { response: Response.json(page), outcome: "ok" };
}

/** The faults that need neither key nor script. */
async function struck({ context, requestId, fault }: Call): Promise<Sent | undefined> {
  switch (fault?.type) {
    case "error":
      return refusal(fault, requestId);
    case "stall":
      return { response: await stallConnection(context.env), outcome: "stall" };
    case "cut":
      return { response: cutConnection(context.env), outcome: "cut" };
    case "delay":
      await sleep(fault.delayMs);
      return undefined;
    default:
      return undefined;
  }
}

type Validated = { request: MessageRequest; refused?: never } | { request?: never; refused: Sent };

function validate(body: unknown, requestId: string): Validated {
  const parsed = messageRequest.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".") || "body";
    return { refused: refusal({ status: 400, message: `${where}: ${issue?.message ?? "invalid"}` }, requestId) };
  }
  const problem = orderProblem(parsed.data);
  if (problem !== undefined) return { refused: refusal({ status: 400, message: problem }, requestId) };
  return { request: parsed.data };
}

function refusal(error: Parameters<typeof errorResponse>[0], requestId: string): Sent {
  return { response: errorResponse(error, requestId), outcome: `error ${error.status}` };
}

function outputOf(reply: Extract<Reply, { type: "message" }>): string {
  return `${reply.text ?? ""}${JSON.stringify(reply.tools ?? "")}`;
}
