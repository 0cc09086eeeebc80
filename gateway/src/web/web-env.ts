/** What Hono carries along with each request. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Hook } from "@hono/zod-openapi";
import { OpenAPIHono } from "@hono/zod-openapi";
import { type Fault, faultsOf, problemWords } from "@praktor/protocol/issue-words";
import type { z } from "zod";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Caller } from "./sign-in.ts";

/** Set by the route of the WebSocket when the request may become one. */
export interface UpgradeTicket {
  accepted: { caller: Caller; since: { epoch: number; seq: number } | null } | null;
}

export interface AboutTask {
  group_id: string;
  name: string;
}

export interface WebEnv {
  Bindings: {
    incoming: IncomingMessage;
    /** Absent for an upgrade: there is only the socket. */
    outgoing?: ServerResponse;
    /** Only for requests that ask to become a WebSocket. */
    upgrade?: UpgradeTicket;
  };
  /** `asked`: the body, where it was JSON, before it was looked at. `aboutTask`: the one that a change is about. */
  Variables: { caller: Caller; asked?: unknown; aboutTask?: AboutTask | null };
}

/** What Hono calls the parts of a request, in words that a sender knows. */
const places: Readonly<Record<string, string>> = { json: "request", param: "address" };

/** What is wrong with a body besides what its schema says; each fault is a sentence. */
export type JudgeBody = (body: unknown) => readonly Fault[];

/** An empty app whose routes refuse what does not fit their schema, naming all fields at once, so that nobody mends one to learn of the next. */
export function createRoutes(judgeBody: JudgeBody = () => []): OpenAPIHono<WebEnv> {
  const refuseInvalid: Hook<unknown, WebEnv, string, Promise<void>> = async (result, c) => {
    if (result.success) return;
    throw invalidRequest(result.target, result.error, result.target === "json" ? judgeBody(await c.req.json()) : []);
  };
  return new OpenAPIHono<WebEnv>({ defaultHook: refuseInvalid });
}

function invalidRequest(target: string, error: z.core.$ZodError, more: readonly Fault[]): PraktorError<"invalid"> {
  const problems = problemWords(error, target === "json" ? "the body" : "it");
  const text = [`${problems}${problems.endsWith("?") ? "" : "."}`, ...more.map(({ message }) => message)].join(" ");
  const faults = [...faultsOf(error), ...more];
  return new PraktorError("invalid", `The ${places[target] ?? target} is not valid: ${text}`, { faults });
}
