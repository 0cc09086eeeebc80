// The HTTP face of the Bot API: token, faults, the wait after a 429, then the method itself.

import { setTimeout as sleep } from "node:timers/promises";
import { type Context, Hono } from "hono";
import type { FaultPlan } from "../fault-plan.ts";
import { type NodeBindings, clientGone, cutConnection, stallConnection } from "../loopback-server.ts";
import { BotApiError, tooManyRequests } from "./bot-api-error.ts";
import { callMethod } from "./bot-methods.ts";
import type { BotState } from "./bot-state.ts";
import type { FloodControl } from "./flood-limits.ts";
import { messageIdOf } from "./message-view.ts";
import { type BotApiParameters, readParameters } from "./request-body.ts";
import type { RetryAfterLedger } from "./retry-after-ledger.ts";
import { type TelegramFault, usualDescription } from "./telegram-fault.ts";

/** One call of the bot, as it ended. */
export interface BotCall {
  readonly at: number;
  readonly endedAt: number;
  readonly method: string;
  /** `*` for a call that names no chat. */
  readonly chatId: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** `ok`, `error <code>` or the type of the fault. */
  readonly outcome: string;
}

export interface BotEndpointOptions {
  readonly token: string;
  readonly state: BotState;
  readonly faults: FaultPlan<TelegramFault>;
  readonly ledger: RetryAfterLedger;
  readonly flood: FloodControl;
  readonly onCall: (call: BotCall) => void;
}

export function botEndpoint(options: BotEndpointOptions): Hono<NodeBindings> {
  const { token, state, faults, ledger, flood, onCall } = options;
  const app = new Hono<NodeBindings>();

  app.on(["GET", "POST"], "/:bot{bot[^/]+}/:method", async (context) => {
    if (context.req.param("bot") !== `bot${token}`) return new BotApiError(401, "Unauthorized").toResponse();
    const method = context.req.param("method");
    const at = state.now();
    const parameters = await readParameters(context).catch((error: unknown) => asBotApiError(error));
    if (parameters instanceof BotApiError) return parameters.toResponse();
    const chatId = subjectOf(parameters);
    const waitSeconds = ledger.check(chatId, method);
    const fault = waitSeconds > 0 ? rateLimit(waitSeconds) : strike(method, chatId);
    const { response, outcome } = await answer(context, method, parameters, chatId, fault, waitSeconds > 0);
    onCall({ at, endedAt: state.now(), method, chatId, values: parameters.values, outcome });
    return response;
  });

  app.get("/file/:bot{bot[^/]+}/:path{.+}", (context) => {
    if (context.req.param("bot") !== `bot${token}`) return new BotApiError(401, "Unauthorized").toResponse();
    const file = state.files.byPath(context.req.param("path"));
    if (!file) return new BotApiError(404, "Not Found").toResponse();
    return new Response(Uint8Array.from(file.bytes), { headers: { "content-type": file.mimeType } });
  });

  function strike(method: string, chatId: string): TelegramFault | undefined {
    const fault = faults.decide(method, chatId === "*" ? undefined : chatId);
    if (fault) return fault;
    const floodSeconds = flood.take(chatId, method);
    return floodSeconds > 0 ? rateLimit(floodSeconds) : undefined;
  }

  async function answer(
    context: Context<NodeBindings>,
    method: string,
    parameters: BotApiParameters,
    chatId: string,
    fault: TelegramFault | undefined,
    alreadyBlocked: boolean,
  ): Promise<{ response: Response; outcome: string }> {
    const run = async (): Promise<{ response: Response; outcome: string; result?: unknown }> => {
      try {
        const result = await callMethod(method, state, parameters, clientGone(context.env));
        return { response: Response.json({ ok: true, result }), outcome: "ok", result };
      } catch (error) {
        const refusal = asBotApiError(error);
        return { response: refusal.toResponse(), outcome: `error ${refusal.errorCode}` };
      }
    };
    switch (fault?.type) {
      case undefined:
        return await run();
      case "rate_limit":
        if (!alreadyBlocked) ledger.block(chatId, fault.retryAfterSeconds);
        return { response: tooManyRequests(fault.retryAfterSeconds).toResponse(), outcome: "rate_limit" };
      case "error": {
        const description = fault.description ?? usualDescription(fault.status);
        return { response: new BotApiError(fault.status, description).toResponse(), outcome: `error ${fault.status}` };
      }
      case "stall":
        return { response: await stallConnection(context.env), outcome: "stall" };
      case "cut":
        return { response: cutConnection(context.env), outcome: "cut" };
      case "delay":
        await sleep(fault.delayMs);
        return await run();
      case "accept_then_drop": {
        const { result } = await run();
        const messageId = messageIdOf(result);
        if (messageId !== undefined) state.chats.markUnacknowledged(Number(chatId), messageId);
        return { response: cutConnection(context.env), outcome: "accept_then_drop" };
      }
      case "repeat_updates": {
        const again = state.updates.handedOut.slice(-fault.last).map(({ update }) => update);
        const { response, outcome, result } = await run();
        if (!Array.isArray(result)) return { response, outcome };
        const shuffled = [...again, ...(result as unknown[])].toReversed();
        return { response: Response.json({ ok: true, result: shuffled }), outcome: "repeat_updates" };
      }
      default:
        throw fault satisfies never;
    }
  }

  app.notFound(() => new BotApiError(404, "Not Found").toResponse());
  return app;
}

function rateLimit(retryAfterSeconds: number): TelegramFault {
  return { type: "rate_limit", retryAfterSeconds };
}

function subjectOf({ values }: BotApiParameters): string {
  const chatId = values["chat_id"];
  return typeof chatId === "string" || typeof chatId === "number" ? String(chatId) : "*";
}

function asBotApiError(error: unknown): BotApiError {
  if (error instanceof BotApiError) return error;
  return new BotApiError(500, `Internal Server Error: ${error instanceof Error ? error.message : String(error)}`);
}
