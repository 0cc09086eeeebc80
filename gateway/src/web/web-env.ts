/** What Hono carries along with each request. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Hook } from "@hono/zod-openapi";
import { OpenAPIHono } from "@hono/zod-openapi";
import { problemWords } from "@praktor/protocol/issue-words";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Caller } from "./sign-in.ts";

/** Set by the route of the WebSocket when the request may become one. */
export interface UpgradeTicket {
  accepted: { caller: Caller; since: { epoch: number; seq: number } | null } | null;
}

export interface WebEnv {
  Bindings: {
    incoming: IncomingMessage;
    /** Absent for an upgrade: there is only the socket. */
    outgoing?: ServerResponse;
    /** Only for requests that ask to become a WebSocket. */
    upgrade?: UpgradeTicket;
  };
  Variables: { caller: Caller };
}

/** What Hono calls the parts of a request, in words that a sender knows. */
const places: Readonly<Record<string, string>> = { json: "request", param: "address" };

const refuseInvalid: Hook<unknown, WebEnv, string, void> = (result) => {
  if (result.success) return;
  const problems = problemWords(result.error, result.target === "json" ? "the body" : "it");
  const end = problems.endsWith("?") ? "" : ".";
  throw new PraktorError("invalid", `The ${places[result.target] ?? result.target} is not valid: ${problems}${end}`);
};

/** An empty app whose routes refuse what does not fit their schema, naming the field. */
export function createRoutes(): OpenAPIHono<WebEnv> {
  return new OpenAPIHono<WebEnv>({ defaultHook: refuseInvalid });
}
